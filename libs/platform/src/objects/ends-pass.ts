import { isConflict } from '@tke/kube-client';

import { isSuperseded } from '../hosts/superseded.ts';

/** Whether a failure is none of what was tried: the pass has ended, the object is not what it was, or another process leads. */
export function endsPass(error: unknown, signal: AbortSignal): boolean {
  return signal.aborted || isConflict(error) || isSuperseded(error);
}
