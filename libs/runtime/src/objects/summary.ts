import { describeError } from '@tke/errors';
import type { Condition, DeepReadonly } from '@tke/meta';

import { setCondition, type ConditionContext, type ConditionState } from './conditions.ts';

/** How a reconcile ended, as far as the readers of the status are concerned. */
export type Outcome =
  | { readonly kind: 'ready'; readonly message?: string }
  /** On the way, and nothing is wrong. */
  | { readonly kind: 'progressing'; readonly reason: string; readonly message: string }
  /** Failed, and tried again without anybody's help. */
  | { readonly kind: 'retrying'; readonly error: unknown }
  /** Failed until somebody changes something. */
  | { readonly kind: 'stalled'; readonly error: unknown };

const summaryTypes: readonly string[] = ['Reconciling', 'Stalled', 'Ready'];

/**
 * The list with the summary that kstatus (Flux, `kubectl wait`, Argo CD by our health script) understands, in front and
 * in the order in which kstatus looks: Reconciling, Stalled, Ready. At most one of the three is True. What an error
 * says there is its message and its remedy, under its code.
 */
export function setSummary(
  conditions: DeepReadonly<Condition[]> | undefined,
  outcome: Outcome,
  context: ConditionContext,
): Condition[] {
  const updated = statesOf(outcome).reduce<Condition[]>(
    (list, state) => setCondition(list, state, context),
    (conditions ?? []).map((condition) => ({ ...condition })),
  );
  const isSummary = ({ type }: Condition) => summaryTypes.includes(type);
  return [
    ...summaryTypes.flatMap((type) => updated.filter((condition) => condition.type === type)),
    ...updated.filter((condition) => !isSummary(condition)),
  ];
}

/** The type of an event that tells of a summary: what is on its way is nothing to be warned of. */
export function eventTypeOf(ready: Pick<DeepReadonly<Condition>, 'status'>): 'Normal' | 'Warning' {
  return ready.status === 'False' ? 'Warning' : 'Normal';
}

function statesOf(outcome: Outcome): ConditionState[] {
  switch (outcome.kind) {
    case 'ready':
      return [
        { type: 'Reconciling', status: 'False', reason: 'Succeeded' },
        { type: 'Stalled', status: 'False', reason: 'Succeeded' },
        {
          type: 'Ready',
          status: 'True',
          reason: 'Succeeded',
          message: outcome.message ?? 'The object is as its spec asks.',
        },
      ];
    case 'progressing':
      return [
        { type: 'Reconciling', status: 'True', reason: 'Progressing', message: outcome.message },
        { type: 'Stalled', status: 'False', reason: 'Progressing' },
        { type: 'Ready', status: 'Unknown', reason: outcome.reason, message: outcome.message },
      ];
    case 'retrying': {
      const { code, text } = told(outcome.error);
      return [
        { type: 'Reconciling', status: 'True', reason: 'ProgressingWithRetry', message: text },
        { type: 'Stalled', status: 'False', reason: 'ProgressingWithRetry' },
        { type: 'Ready', status: 'False', reason: code, message: text },
      ];
    }
    case 'stalled': {
      const { code, text } = told(outcome.error);
      return [
        { type: 'Reconciling', status: 'False', reason: code },
        { type: 'Stalled', status: 'True', reason: code, message: text },
        { type: 'Ready', status: 'False', reason: code, message: text },
      ];
    }
  }
}

function told(error: unknown): { code: string; text: string } {
  const { code, message, remedy } = describeError(error);
  return { code, text: `${message.replace(/\.$/, '')}. ${remedy}` };
}
