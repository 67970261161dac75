import { CodedError } from '@tke/errors';

import type { LimitName } from './limits.ts';

/** Reasons of metav1.Status with the HTTP status they stand for. */
const httpStatusOf = {
  BadRequest: 400,
  Forbidden: 403,
  NotFound: 404,
  MethodNotAllowed: 405,
  RequestTimeout: 408,
  RequestEntityTooLarge: 413,
  UnsupportedMediaType: 415,
  TooManyRequests: 429,
  InternalError: 500,
  ServiceUnavailable: 503,
} as const;

export type ProblemReason = keyof typeof httpStatusOf;

/** An entry of metav1.StatusDetails.causes. */
export interface StatusCause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

export interface ProblemOptions {
  readonly remedy: string;
  readonly causes?: readonly StatusCause[];
  readonly headers?: Readonly<Record<string, string>>;
  /** The limit that was met. */
  readonly limit?: LimitName;
}

/** A request that gets no answer but this: thrown by a route, sent to the caller as a metav1.Status. */
export class RequestProblem extends CodedError {
  readonly httpStatus: number;
  readonly causes: readonly StatusCause[];
  readonly headers: Readonly<Record<string, string>>;
  readonly limit: LimitName | undefined;

  constructor(reason: ProblemReason, message: string, { remedy, causes = [], headers = {}, limit }: ProblemOptions) {
    super(reason, { class: httpStatusOf[reason] < 500 ? 'NeedsUser' : 'Retryable', remedy }, message);
    this.httpStatus = httpStatusOf[reason];
    this.causes = causes;
    this.headers = headers;
    this.limit = limit;
  }
}

/** The metav1.Status of a failure. */
export function failureStatus(code: number, reason: string, message: string, causes: readonly StatusCause[] = []) {
  return {
    apiVersion: 'v1',
    kind: 'Status',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    ...(causes.length === 0 ? {} : { details: { causes } }),
    code,
  };
}
