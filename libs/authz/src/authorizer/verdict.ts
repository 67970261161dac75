import type { SubjectAccessReviewStatus } from '@tke/meta';
import { oneLine, type Decision } from '../decide/decision.ts';

/** The answer to a review, with what led to it. */
export interface Verdict {
  readonly kind: 'allow' | 'deny' | 'noOpinion';
  readonly reason: string;
  /** Undefined when no row was asked. */
  readonly decision?: Decision;
}

export function noOpinion(reason: string): Verdict {
  return { kind: 'noOpinion', reason: oneLine(reason) };
}

export function deny(reason: string): Verdict {
  return { kind: 'deny', reason: oneLine(reason) };
}

export function statusOf({ kind, reason }: Verdict): SubjectAccessReviewStatus {
  return { allowed: kind === 'allow', denied: kind === 'deny', reason };
}
