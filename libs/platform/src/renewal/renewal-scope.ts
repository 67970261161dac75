import type { PlanStatus } from '@tke/api-platform';
import type { DeepReadonly } from '@tke/meta';

import type { BuildScope } from '../build/scope.ts';

/** What the steps of a renewal have to work with. */
export interface RenewalScope extends BuildScope {
  /** Whether a step of this plan is done on a host, as of the last pass. */
  isFinished(step: string, ip: string): boolean;
}

/** By the journal of a plan. */
export function isFinished(plan: DeepReadonly<PlanStatus> | undefined, step: string, ip: string): boolean {
  const entry = plan?.journal?.find((each) => each.step === step && each.host === ip);
  return entry?.state === 'Done' || entry?.state === 'Skipped';
}
