import { describeError } from '@tke/errors';
import { isConflict, isNotFound, type Client } from '@tke/kube-client';
import type { Condition, DeepReadonly, Kind, KubeObject } from '@tke/meta';
import type { Clock } from '@tke/time';

import type { EventRecorder } from '../events/recorder.ts';
import { patchStatus } from './status.ts';
import { eventTypeOf, setSummary, type Outcome } from './summary.ts';

export interface StandardStatus {
  observedGeneration?: number;
  conditions?: Condition[];
  phase?: string;
}

export type StatusObject = KubeObject & { status?: StandardStatus };

export interface StatusDependencies {
  readonly client: Client;
  readonly recorder: EventRecorder;
  readonly clock: Clock;
  /** Of the writes of the status. */
  readonly fieldManager: string;
}

interface Subject {
  readonly kind: Kind<StatusObject>;
  readonly object: DeepReadonly<StatusObject>;
  /** What was tried, for the event. */
  readonly action: string;
  readonly signal: AbortSignal;
}

export interface OutcomeReport extends Subject {
  readonly outcome: Outcome;
  /** All of the status but `observedGeneration` and the summary; what is missing is taken out. */
  readonly fields: DeepReadonly<StandardStatus>;
}

/** Writes the status, and an event when the outcome is another than before. Does nothing when nothing changed. */
export async function saveOutcome(
  { client, recorder, clock, fieldManager }: StatusDependencies,
  report: OutcomeReport,
): Promise<void> {
  const { kind, object, fields, outcome, action, signal } = report;
  const { generation } = object.metadata;
  const conditions = setSummary(fields.conditions ?? object.status?.conditions, outcome, { generation, clock });
  const status = { ...fields, ...(generation === undefined ? {} : { observedGeneration: generation }), conditions };
  try {
    await patchStatus(client, kind, object, status, { signal, fieldManager });
  } catch (error) {
    if (isNotFound(error)) {
      return;
    }
    throw error;
  }
  announce(recorder, object, conditions, action);
}

/** Tells of an attempt that failed; the rest of the status stays. Never rejects: the failure itself is what counts. */
export async function saveFailure(
  deps: StatusDependencies,
  { error, ...subject }: Subject & { readonly error: unknown },
): Promise<void> {
  // A conflict means that something newer than this object is about to be reconciled.
  if (subject.signal.aborted || isConflict(error)) {
    return;
  }
  const { status = {}, metadata } = subject.object;
  const outcome: Outcome = { kind: describeError(error).class === 'NeedsUser' ? 'stalled' : 'retrying', error };
  const fields = metadata.deletionTimestamp === undefined ? status : { ...status, phase: 'Terminating' };
  await saveOutcome(deps, { ...subject, fields, outcome }).catch(() => undefined);
}

function announce(
  recorder: EventRecorder,
  object: DeepReadonly<StatusObject>,
  after: readonly Condition[],
  action: string,
): void {
  const ready = readyOf(after);
  const before = readyOf(object.status?.conditions);
  if (ready === undefined) {
    return;
  }
  if (ready.status === before?.status && ready.reason === before.reason && ready.message === before.message) {
    return;
  }
  recorder.event(object, eventTypeOf(ready), ready.reason, action, ready.message);
}

function readyOf(conditions: readonly DeepReadonly<Condition>[] | undefined): DeepReadonly<Condition> | undefined {
  return conditions?.find(({ type }) => type === 'Ready');
}
