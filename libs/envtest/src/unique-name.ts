import { randomBytes } from 'node:crypto';

/** `<prefix>-<8 hex digits>`, a valid object name: what keeps tests apart that share a control plane. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomBytes(4).toString('hex')}`;
}
