import { CodedError, type CodedErrorFactory, type ErrorDefinition, type ErrorOptions } from '@tke/errors';

import { refusalErrors, retried, transportErrors } from './error-codes.ts';
import type { Status, StatusCause } from './status.ts';

export type TransportErrorCode = keyof typeof transportErrors;

/** No answer, or none that could be understood. */
export class KubeTransportError extends CodedError {
  declare readonly code: TransportErrorCode;

  constructor(code: TransportErrorCode, message: string, options?: ErrorOptions) {
    super(code, transportErrors[code].definition, message, options);
  }
}

/** What was asked, for messages: neither headers nor body nor query, which may hold secrets. */
export interface RequestLabel {
  readonly method: string;
  readonly path: string;
}

export function describeRequest({ method, path }: RequestLabel): string {
  const query = path.indexOf('?');
  return `${method} ${query < 0 ? path : path.slice(0, query)}`;
}

// kube-apiserver asks for a second or a few; what stands before it during maintenance may ask for hours, and nothing here may
// sleep that long.
const longestRetryAfterSeconds = 60;

function definitionOf(code: string): ErrorDefinition {
  const refusals: Readonly<Record<string, CodedErrorFactory>> = refusalErrors;
  return (Object.hasOwn(refusals, code) ? refusals[code]?.definition : undefined) ?? retried;
}

/** The server's refusal. `code` is the reason of its Status, or `HTTP<code>` where it gave none. */
export class KubeApiError extends CodedError {
  readonly status: Status;
  readonly httpStatus: number;

  constructor(request: RequestLabel, httpStatus: number, status: Status, retryAfterSeconds?: number) {
    const code = status.reason ?? `HTTP${httpStatus}`;
    const asked = retryAfterSeconds ?? status.details?.retryAfterSeconds;
    const seconds = asked === undefined ? undefined : Math.min(asked, longestRetryAfterSeconds);
    super(
      code,
      definitionOf(code),
      `${describeRequest(request)}: ${httpStatus} ${status.reason ?? ''}: ${status.message ?? 'no message'}`.replace(
        ' :',
        ':',
      ),
      seconds === undefined ? {} : { retryAfterSeconds: seconds },
    );
    this.status = status;
    this.httpStatus = httpStatus;
  }

  get causes(): readonly StatusCause[] {
    return this.status.details?.causes ?? [];
  }
}

// A proxy, or the apiserver for a path it does not serve, answers without a Status: then the HTTP status decides, as in
// client-go's ReasonAndCodeForError.
function refusedWith(error: unknown, httpStatus: number, ...reasons: readonly string[]): error is KubeApiError {
  if (!(error instanceof KubeApiError)) {
    return false;
  }
  return error.status.reason ? reasons.includes(error.status.reason) : error.httpStatus === httpStatus;
}

export function isNotFound(error: unknown): error is KubeApiError {
  return refusedWith(error, 404, 'NotFound');
}

export function isAlreadyExists(error: unknown): error is KubeApiError {
  return error instanceof KubeApiError && error.status.reason === 'AlreadyExists';
}

/** The object changed since it was read, or a precondition or server-side apply met other data. */
export function isConflict(error: unknown): error is KubeApiError {
  return refusedWith(error, 409, 'Conflict');
}

export function isInvalid(error: unknown): error is KubeApiError {
  return refusedWith(error, 422, 'Invalid');
}

export function isForbidden(error: unknown): error is KubeApiError {
  return refusedWith(error, 403, 'Forbidden');
}

/** The resourceVersion or the continue token is too old. */
export function isGone(error: unknown): error is KubeApiError {
  return refusedWith(error, 410, 'Gone', 'Expired');
}

/** Either side gave up waiting. */
export function isTimeout(error: unknown): error is KubeApiError | KubeTransportError {
  const here = error instanceof KubeTransportError && error.code === 'Timeout';
  return here || refusedWith(error, 504, 'Timeout', 'ServerTimeout');
}

export function isTooManyRequests(error: unknown): error is KubeApiError {
  return refusedWith(error, 429, 'TooManyRequests');
}
