import type { Machine } from '@tke/api-platform';

import type { PlannedPass, PlannedResult } from '../objects/planned-reconciler.ts';

/** One pass over one Machine. */
export type MachinePass = PlannedPass<Machine>;

export type MachineResult = PlannedResult<Machine>;
