import { describeError } from '@tke/errors';

import type { StatusCause } from '../server/request-problem.ts';

import type { AdmissionAnswer } from './review.ts';
import type { AdmissionRequest, FieldProblem } from './types.ts';

/** Problems listed in one denial. A policy with ten thousand bad actions is not told better by ten thousand lines. */
const maxProblems = 100;
const maxValueLength = 100;

/**
 * A denial that tells every problem at once: in the message, which controllers and logs show, and in `details.causes`,
 * which is what kubectl prints of an Invalid status.
 */
export function denial(request: AdmissionRequest, problems: readonly FieldProblem[]): AdmissionAnswer {
  const causes = problems.slice(0, maxProblems).map(causeOf);
  const rest = problems.length - causes.length;
  const next = problems[maxProblems];
  if (next !== undefined) {
    const message = rest === 1 ? 'is not shown' : `this and ${rest - 1} more are not shown`;
    causes.push({ reason: `FieldValue${next.type}`, message, field: next.field });
  }
  const lines = causes.map(({ field, message }) => `${field}: ${message}`);
  const subject = `${titleOf(request)} is invalid:`;
  const message = lines.length === 1 ? `${subject} ${lines.join('')}` : [subject, ...lines].join('\n* ');
  return {
    allowed: false,
    status: { ...failure(422, 'Invalid', message), details: { ...aboutObject(request), causes } },
  };
}

/** The answer when a webhook could not decide. Under `failurePolicy: Ignore` an HTTP error would admit the object. */
export function undecided(request: AdmissionRequest, error: unknown): AdmissionAnswer {
  const { code, message, remedy } = describeError(error);
  const text = `${titleOf(request)} could not be checked: ${message} (${code}); ${remedy} Look for request ${request.uid} in the webhook's log.`;
  return {
    allowed: false,
    status: { ...failure(500, 'InternalError', text), details: aboutObject(request) },
  };
}

function failure(code: number, reason: string, message: string) {
  return { metadata: {}, status: 'Failure', code, reason, message };
}

function aboutObject({ kind, name }: AdmissionRequest) {
  return { group: kind.group, kind: kind.kind, name };
}

function titleOf({ kind, name, object }: AdmissionRequest): string {
  return `${kind.kind} ${JSON.stringify(name === '' ? `${object?.metadata.generateName ?? ''}*` : name)}`;
}

function causeOf({ field, value, rule, remedy, type }: FieldProblem): StatusCause {
  const found = value === undefined ? '' : `value ${shortened(value)}: `;
  return { reason: `FieldValue${type}`, message: `${found}${rule}; ${remedy}`, field };
}

function shortened(value: unknown): string {
  const text = (JSON.stringify(value) as string | undefined) ?? typeof value;
  return text.length <= maxValueLength ? text : `${text.slice(0, maxValueLength).toWellFormed()}…`;
}
