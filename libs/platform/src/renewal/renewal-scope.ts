import type { JournalEntry, PlanStatus } from '@tke/api-platform';
import type { DeepReadonly } from '@tke/meta';

import type { BuildScope } from '../build/scope.ts';

/** What the steps of a renewal have to work with. */
export interface RenewalScope extends BuildScope {
  /** Tells this renewal from all others, and is the same for all attempts in it. */
  renewal(): string;
  /** How far a step of this plan is on a host, as of the last pass; undefined before its first attempt. */
  progressOf(step: string, ip: string): DeepReadonly<JournalEntry> | undefined;
}

/** Of the plan of a Cluster. */
export function renewalIdOf(uid: string, plan: DeepReadonly<PlanStatus> | undefined): string {
  return `${uid}/${plan?.startedAt ?? ''}`;
}

/** By the journal of a plan. */
export function progressIn(
  plan: DeepReadonly<PlanStatus> | undefined,
  step: string,
  ip: string,
): DeepReadonly<JournalEntry> | undefined {
  return plan?.journal?.find((each) => each.step === step && each.host === ip);
}
