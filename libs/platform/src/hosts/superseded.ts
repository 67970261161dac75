import { isCoded } from '@tke/errors';

/** Whether an error of a host says that another process leads by now. It is no fault of what was tried. */
export function isSuperseded(error: unknown): boolean {
  return isCoded(error, 'LockSuperseded', 'NotLeading');
}
