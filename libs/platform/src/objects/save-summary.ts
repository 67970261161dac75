import { isNotFound } from '@tke/kube-client';
import type { Condition, DeepReadonly, KubeObject } from '@tke/meta';
import { eventTypeOf, findCondition, setSummary, type EventRecorder, type Outcome } from '@tke/runtime';
import type { Clock } from '@tke/time';

import type { StatusDraft, StatusFields } from './status-draft.ts';

export interface SummaryTools {
  readonly recorder: EventRecorder;
  readonly clock: Clock;
}

/** What kinds have in common whose status sums up plans. */
export interface Summarised extends KubeObject {
  status?: {
    observedGeneration?: number;
    conditions?: Condition[];
    phase?: string;
    reason?: string;
    message?: string;
  };
}

export interface Summary<T extends Summarised> {
  readonly outcome: Outcome;
  readonly phase: NonNullable<NonNullable<T['status']>['phase']>;
}

/**
 * Writes how a pass ended: conditions, phase, and TKEStack's message and reason, which mirror Ready. An event tells of a new state; that
 * one step of a plan follows the other is none, or they would use up what an object may have of events.
 */
export async function saveSummary<T extends Summarised>(
  { recorder, clock }: SummaryTools,
  draft: StatusDraft<T>,
  { outcome, phase }: Summary<T>,
): Promise<void> {
  const before = readyOf(draft.object);
  try {
    await draft.update(({ conditions }) => {
      const context = { generation: draft.generation, clock };
      return { ...summaryFields(conditions, outcome, context), phase } as Partial<StatusFields<T>>;
    });
  } catch (error) {
    if (isNotFound(error)) {
      return;
    }
    throw error;
  }
  const after = readyOf(draft.object);
  if (after !== undefined && isNews(before, after)) {
    recorder.event(draft.object, eventTypeOf(after), after.reason, phase, after.message);
  }
}

/** What a status says about how its object is. */
export function summaryFields(
  before: DeepReadonly<Condition[]> | undefined,
  outcome: Outcome,
  context: { readonly generation: number | undefined; readonly clock: Clock },
): object {
  const { generation } = context;
  const conditions = setSummary(before, outcome, context);
  const { reason, message } = findCondition(conditions, 'Ready') ?? {};
  return { ...(generation !== undefined && { observedGeneration: generation }), conditions, reason, message };
}

function readyOf({ status }: DeepReadonly<Summarised>): DeepReadonly<Condition> | undefined {
  return findCondition(status?.conditions, 'Ready');
}

function isNews(before: DeepReadonly<Condition> | undefined, after: DeepReadonly<Condition>): boolean {
  const isTold = before?.status === after.status && before.reason === after.reason;
  return !isTold || (after.status === 'False' && before.message !== after.message);
}
