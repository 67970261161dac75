import { describeError } from '@tke/errors';
import type { SubjectAccessReviewStatus } from '@tke/meta';

import type { PeerIdentity } from '../server/peer-identity.ts';
import { failureStatus, RequestProblem } from '../server/request-problem.ts';
import type { Route, RouteRequest, RouteResponse } from '../server/route.ts';

import { decodeSubjectAccessReview, encodeSubjectAccessReview } from './review.ts';
import type { AuthorizeContext, Authorizer } from './types.ts';

/** The apiserver caches no answer to attributes beyond 10 kB, so a megabyte is more than it will ever send. */
const maxBodyBytes = 1024 * 1024;

/**
 * `/auth/authz` for the hub and `/auth/authz/clusters/:cluster` for a member cluster.
 *
 * Whatever keeps an answer from being given, not ready, an error, a deadline, is answered 503 without Retry-After: of
 * all answers only this one makes the apiserver apply its failurePolicy at once. 429, 500 and 504 it asks again, up to
 * five times half a second and more apart, holding up the user (apiserver, util/webhook.DefaultShouldRetry). A 200
 * with `denied` or `evaluationError` is a decision: it is cached, ends the chain or falls through it, and leaves
 * failurePolicy out.
 */
export function subjectAccessReviewRoutes(
  authorizer: Authorizer,
  options: { readonly timeoutMs?: number } = {},
): Route[] {
  return ['/auth/authz', '/auth/authz/clusters/:cluster'].map((path) => ({
    path,
    maxBodyBytes,
    ...options,
    handle: (request) => review(authorizer, request),
    onFailure: (_request, error) => {
      const { message, remedy } = describeError(error);
      return unavailable(`no decision could be made: ${message}; ${remedy}`);
    },
  }));
}

function review(authorizer: Authorizer, request: RouteRequest): RouteResponse | Promise<RouteResponse> {
  if (!authorizer.ready()) {
    throw new RequestProblem('ServiceUnavailable', 'the rules are not loaded yet', {
      remedy: 'Wait until the webhook is ready.',
    });
  }
  const { apiVersion, spec } = decodeSubjectAccessReview(request.body);
  const answer = (status: SubjectAccessReviewStatus): RouteResponse => ({
    status: 200,
    body: encodeSubjectAccessReview(apiVersion, status),
  });
  const decision = authorizer.authorize(spec, new ReviewContext(request));
  return decision instanceof Promise ? decision.then(answer) : answer(decision);
}

/** Whoever decides at once does not ask for the signal, and making it costs more than the rest of a review. */
class ReviewContext implements AuthorizeContext {
  readonly cluster: string | undefined;
  readonly peer: PeerIdentity | undefined;
  readonly #request: RouteRequest;

  constructor(request: RouteRequest) {
    this.cluster = request.params.cluster;
    this.peer = request.peer;
    this.#request = request;
  }

  get signal(): AbortSignal {
    return this.#request.signal;
  }
}

function unavailable(message: string): RouteResponse {
  return { status: 503, body: failureStatus(503, 'ServiceUnavailable', message) };
}
