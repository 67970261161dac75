import type { NsEmigration } from '@tke/api-business';

/** In their order. */
export const stepNames = {
  lock: 'LockSource',
  reserve: 'ReserveInDestination',
  handOver: 'HandOver',
  confirm: 'ConfirmNew',
  release: 'ReleaseSource',
} as const;

export type StepName = (typeof stepNames)[keyof typeof stepNames];
export type EmigrationPhase = NonNullable<NonNullable<NsEmigration['status']>['phase']>;

/** TKEStack's phases while a step is under way. */
const phases: Readonly<Record<StepName, EmigrationPhase>> = {
  LockSource: 'OldOneLocked',
  ReserveInDestination: 'OldOneLocked',
  HandOver: 'OldOneDetached',
  ConfirmNew: 'NewOneCreated',
  ReleaseSource: 'OldOneTerminating',
};

export function phaseOf(step: string | undefined): EmigrationPhase | undefined {
  return phases[step as StepName];
}

/** Changes of the objects are events; this is for those that are missed. */
export const waitMs = 10_000;
