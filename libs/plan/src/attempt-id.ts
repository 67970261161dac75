import { createHash } from 'node:crypto';

/** What makes an attempt another one than all others. */
export interface AttemptKey {
  /** Of the object whose plan it is. */
  readonly uid: string;
  readonly operation: string;
  /** When the plan began. */
  readonly startedAt: string;
  readonly step: string;
  readonly target: string;
  readonly number: number;
}

const maxNameLength = 30;
const hashLength = 16;

/** `ensure-kubelet-1-0123456789abcdef`: for people in front, unique at the end. Letters, digits and `-`, at most 60. */
export function attemptId(key: AttemptKey): string {
  const { uid, operation, startedAt, step, target, number } = key;
  const digest = createHash('sha256').update(JSON.stringify([uid, operation, startedAt, step, target, number]));
  return `${readable(step)}-${number}-${digest.digest('hex').slice(0, hashLength)}`;
}

function readable(step: string): string {
  const words = step.match(/[A-Z]+[a-z0-9]*|[a-z0-9]+/g) ?? ['step'];
  return words.join('-').toLowerCase().slice(0, maxNameLength).replace(/-$/, '');
}
