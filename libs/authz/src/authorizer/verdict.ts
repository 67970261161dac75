import type { CodedError } from '@tke/errors';
import { oneLine, type Decision } from '../decide/decision.ts';
import type { SubjectAccessReviewStatus } from '@tke/meta';

/** The answer to a review, with what led to it. */
export type Verdict =
  | {
      readonly kind: 'allow' | 'deny' | 'noOpinion';
      readonly reason: string;
      /** Undefined when no row was asked. */
      readonly decision?: Decision;
    }
  /** There is no answer. */
  | { readonly kind: 'error'; readonly error: CodedError };

export function statusOf(verdict: Verdict): SubjectAccessReviewStatus {
  if (verdict.kind === 'error') {
    const message = oneLine(verdict.error.message);
    return { allowed: false, denied: false, reason: message, evaluationError: message };
  }
  return { allowed: verdict.kind === 'allow', denied: verdict.kind === 'deny', reason: verdict.reason };
}
