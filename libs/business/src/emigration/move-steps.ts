import type { PlanProgress, Step } from '@tke/plan';
import type { PlanFailure } from '@tke/api-platform';

import type { EmigrationScope } from './scope.ts';
import { stepNames } from './step-names.ts';
import { confirm } from './steps/confirm.ts';
import { handOver } from './steps/hand-over.ts';
import { lockSource } from './steps/lock-source.ts';
import { release } from './steps/release.ts';
import { reserve } from './steps/reserve.ts';

export const moveSteps: readonly Step<EmigrationScope>[] = [lockSource, reserve, handOver, confirm, release];

/** With the delays of plans, about ten minutes: as long as a step may wait. */
const mostAttempts = 8;

/** Why the move has failed for good; undefined while it has not. The journal decides, so that a new leader sees it the same way. */
export function failureOf(plan: PlanProgress | undefined): PlanFailure | undefined {
  const failed = plan?.journal?.find(({ state }) => state === 'Failed');
  if (failed?.error === undefined || failed.step === stepNames.release) {
    return undefined;
  }
  const { attempt, retryAt, error } = failed;
  return retryAt === undefined || error.code === 'StepTimeout' || attempt >= mostAttempts ? error : undefined;
}

/** The new Namespace has taken over. The only way is forward. */
export function isPastReturn(plan: PlanProgress | undefined): boolean {
  return plan?.step === stepNames.release || plan?.finishedAt !== undefined;
}
