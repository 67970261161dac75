import type { Logger } from '@tke/log';
import { apiVersionOf, kindKey } from '@tke/meta';

import { RequestProblem } from '../server/request-problem.ts';
import type { Route } from '../server/route.ts';

import { isSameContent } from './content.ts';
import { denial, undecided } from './denial.ts';
import { jsonPatch } from './json-patch.ts';
import { decodeAdmissionReview, encodeAdmissionReview, type AdmissionAnswer } from './review.ts';
import type { AdmissionRequest, KindAdmission } from './types.ts';
import { boundedWarnings } from './warnings.ts';

export interface AdmissionRoutesOptions {
  readonly logger: Logger;
  /** One second less than `timeoutSeconds` of the webhook configuration. Default: the server's limit. */
  readonly timeoutMs?: number;
}

/** Two objects of 3 MB, what etcd takes at most with some slack, and the review around them. */
const maxBodyBytes = 7 * 1024 * 1024;

type Decide = (request: AdmissionRequest) => Promise<AdmissionAnswer>;

/** `/mutate/<plural.group>` for kinds with defaults, `/validate/<plural.group>` for kinds with a validation. */
export function admissionRoutes(admissions: readonly KindAdmission[], options: AdmissionRoutesOptions): Route[] {
  return admissions.flatMap((admission) => {
    const name = kindKey(admission.kind);
    return [
      ...(admission.default === undefined
        ? []
        : [admissionRoute(`/mutate/${name}`, admission, options, (request) => mutate(admission, request))]),
      ...(admission.validate === undefined
        ? []
        : [admissionRoute(`/validate/${name}`, admission, options, (request) => validate(admission, request))]),
    ];
  });
}

function admissionRoute(
  path: string,
  { kind }: KindAdmission,
  { logger, timeoutMs }: AdmissionRoutesOptions,
  decide: Decide,
): Route {
  return {
    path,
    maxBodyBytes,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    async handle({ body }) {
      const request = decodeAdmissionReview(body);
      const { group, version, kind: name } = request.kind;
      if (group !== kind.group || version !== kind.version || name !== kind.kind) {
        const asked = `${apiVersionOf(request.kind)} ${name}`;
        throw new RequestProblem('BadRequest', `${path} admits ${apiVersionOf(kind)} ${kind.kind}, not ${asked}`, {
          remedy: 'Correct the path or the rules in the webhook configuration.',
        });
      }
      if (alwaysAdmitted(request)) {
        return encodeAdmissionReview(request.uid, { allowed: true });
      }
      return encodeAdmissionReview(request.uid, await decide(request));
    },
    onFailure({ body }, error) {
      const request = decodeAdmissionReview(body);
      logger.error('Admission could not decide', { path, uid: request.uid, object: request.name, error });
      return encodeAdmissionReview(request.uid, undecided(request, error));
    },
  };
}

/**
 * A refusal here would keep an object from ever being deleted, or a controller from saying what is wrong with it. What else is changed of
 * an object that is being deleted is judged: it is acted on to the last, e.g. by logging in to a host to remove what is there.
 */
function alwaysAdmitted({ subResource, object, oldObject }: AdmissionRequest): boolean {
  const isEnding = oldObject?.metadata.deletionTimestamp !== undefined;
  return subResource === 'status' || (isEnding && (object === undefined || isSameContent(object, oldObject)));
}

async function mutate(admission: KindAdmission, request: AdmissionRequest): Promise<AdmissionAnswer> {
  const defaulted = request.object === undefined ? undefined : await admission.default?.(request);
  return {
    allowed: true,
    patch: defaulted === undefined ? [] : jsonPatch(request.object, defaulted),
    warnings: boundedWarnings(admission.warn?.(request) ?? []),
  };
}

async function validate(admission: KindAdmission, request: AdmissionRequest): Promise<AdmissionAnswer> {
  const { problems, warnings } = (await admission.validate?.(request)) ?? { problems: [], warnings: [] };
  const answer = problems.length === 0 ? { allowed: true } : denial(request, problems);
  return { ...answer, warnings: boundedWarnings(warnings) };
}
