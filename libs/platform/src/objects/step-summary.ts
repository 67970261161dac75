import type { Condition, DeepReadonly } from '@tke/meta';
import type { PlanState } from '@tke/plan';
import type { Clock } from '@tke/time';

import { summaryFields } from './save-summary.ts';

/** How a plan that gets on is told. */
export interface PlanTelling {
  /** Of the condition Ready. */
  readonly reason: string;
  readonly phase: string;
  readonly clock: Clock;
}

interface Told {
  readonly step?: string;
  readonly conditions?: DeepReadonly<Condition[]>;
}

/**
 * What the status says when a plan comes to another step: a pass may take minutes, and what was said of the step before would look as if it
 * still held. Nothing for the step it is at already: that one was tried before, and what came of it stands until it is over.
 */
export function stepSummary(
  { reason, phase, clock }: PlanTelling,
  { step }: PlanState,
  { step: before, conditions }: Told,
  generation: number | undefined,
): object {
  if (step === undefined || step === before) {
    return {};
  }
  const outcome = { kind: 'progressing', reason, message: `Step ${step} is under way.` } as const;
  return { ...summaryFields(conditions, outcome, { generation, clock }), phase };
}
