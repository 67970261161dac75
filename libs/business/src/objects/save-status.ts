import { describeError } from '@tke/errors';
import { isConflict } from '@tke/kube-client';
import type { Condition, DeepReadonly, Kind, KubeObject } from '@tke/meta';
import {
  eventTypeOf,
  findCondition,
  patchStatus,
  setSummary,
  type Outcome,
  type StandardStatus,
  type StatusDependencies,
} from '@tke/runtime';
import type { Clock } from '@tke/time';

import { instant } from './instant.ts';
import { undefinedIfGone } from './undefined-if-gone.ts';

/** The fields of TKEStack's status that say the same as the condition Ready, which is what they are derived from. */
interface MirroredStatus extends StandardStatus {
  lastTransitionTime?: string | null;
  reason?: string;
  message?: string;
}

export type BusinessObject = KubeObject & { status?: MirroredStatus };

export interface StatusReport {
  readonly kind: Kind<BusinessObject>;
  readonly object: DeepReadonly<BusinessObject>;
  /** All of the status but what is derived from the outcome; what is missing is taken out. */
  readonly fields: object;
  readonly outcome: Outcome;
  readonly phase: string;
  /** What was tried, for the event. */
  readonly action: string;
  readonly signal: AbortSignal;
}

/**
 * Writes the status, and an event when the outcome is another than before. Does nothing when nothing changed. Rejects with a conflict when
 * the object is no longer the one given: what is in force, and so charged, must not be overwritten by who knew less.
 * Resolves with the object as it is then, or undefined when it is gone.
 */
export async function saveStatus(
  { client, recorder, clock, fieldManager }: StatusDependencies,
  report: StatusReport,
): Promise<DeepReadonly<BusinessObject> | undefined> {
  const { kind, object, action, signal } = report;
  const status = statusOf(report, clock);
  const options = { signal, fieldManager, optimisticLock: true };
  const written = await patchStatus(client, kind, object, status, options).catch(undefinedIfGone);
  if (written === undefined) {
    return undefined;
  }
  const ready = findCondition(status.conditions, 'Ready');
  if (ready !== undefined && !isSame(ready, findCondition(object.status?.conditions, 'Ready'))) {
    recorder.event(object, eventTypeOf(ready), ready.reason, action, ready.message);
  }
  return written;
}

function statusOf({ object, fields, outcome, phase }: StatusReport, clock: Clock): MirroredStatus {
  const { status: before, metadata } = object;
  const { conditions: given = before?.conditions } = fields as StandardStatus;
  const conditions = setSummary(given, outcome, { generation: metadata.generation, clock });
  const ready = findCondition(conditions, 'Ready');
  const since = before?.phase === phase ? before.lastTransitionTime : undefined;
  return {
    ...fields,
    ...(metadata.generation !== undefined && { observedGeneration: metadata.generation }),
    ...{ conditions, phase, lastTransitionTime: since ?? instant(clock.now()) },
    // As Kubernetes uses the words; TKEStack has them the other way round.
    reason: ready?.reason ?? '',
    message: ready?.message ?? '',
  };
}

/** How a failure is told: what needs its user is not tried again by itself. */
export function failed(error: unknown): Outcome {
  return { kind: describeError(error).class === 'NeedsUser' ? 'stalled' : 'retrying', error };
}

/** Whether a failure says nothing about the object: something newer is about to be reconciled, or the manager stops. */
export function isOvertaken(error: unknown, signal: AbortSignal): boolean {
  return signal.aborted || isConflict(error);
}

function isSame(after: DeepReadonly<Condition>, before: DeepReadonly<Condition> | undefined): boolean {
  return after.status === before?.status && after.reason === before.reason && after.message === before.message;
}
