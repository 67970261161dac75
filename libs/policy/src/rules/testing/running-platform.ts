import { uniqueName } from '@tke/envtest';

import type { Platform } from '../../testing/platform.ts';

/** The platform that all cases share; is asked once their tests run. It has the tenant `default`. */
export type RunningPlatform = () => Platform;

/** Names that belong to one test. */
export function names() {
  const id = uniqueName('t');
  return {
    id,
    pol: `pol-${id}`,
    pb: `pb-${id}`,
    rol: `rol-${id}`,
    rlb: `rlb-${id}`,
    grp: `grp-${id}`,
    usr: `usr-${id}`,
    prj: `prj-${id}`,
  };
}
