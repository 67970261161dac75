import type { NsEmigration } from '@tke/api-business';
import { isNotFound } from '@tke/kube-client';
import type { DeepReadonly } from '@tke/meta';
import type { PlanState } from '@tke/plan';
import {
  eventTypeOf,
  findCondition,
  patchStatus,
  setSummary,
  type Outcome,
  type StatusDependencies,
} from '@tke/runtime';

import { instant } from '../objects/instant.ts';
import { emigrationKind, type EmigrationObject } from '../objects/kinds.ts';
import { emigrationFieldManager as fieldManager } from './names.ts';
import { phaseOf, type EmigrationPhase } from './step-names.ts';

type Status = DeepReadonly<NonNullable<NsEmigration['status']>>;

/** The status of one emigration during one pass: the plan writes to it step by step, and what came of it is told at the end. */
export class EmigrationPass {
  readonly signal: AbortSignal;
  readonly #tools: Pick<StatusDependencies, 'client' | 'recorder' | 'clock'>;
  #object: EmigrationObject;

  constructor(
    tools: Pick<StatusDependencies, 'client' | 'recorder' | 'clock'>,
    object: EmigrationObject,
    signal: AbortSignal,
  ) {
    this.#tools = tools;
    this.#object = object;
    this.signal = signal;
  }

  /** The newest that was answered. */
  get object(): EmigrationObject {
    return this.#object;
  }

  /** The phase goes with the step: one write says both. */
  async savePlan({ plan, step, handledRetry }: PlanState): Promise<void> {
    const phase = phaseOf(plan?.step) ?? this.#object.status?.phase;
    await this.#save({ ...this.#object.status, plan, step, handledRetry, phase } as Status);
  }

  /** Writes how the pass ended, and an event when that is news. */
  async summarise(outcome: Outcome, phase: EmigrationPhase): Promise<void> {
    const { recorder, clock } = this.#tools;
    const { metadata, status = {} } = this.#object;
    const { generation } = metadata;
    const conditions = setSummary(status.conditions, outcome, { generation, clock });
    const before = findCondition(status.conditions, 'Ready');
    const ready = findCondition(conditions, 'Ready');
    const { reason, message } = ready ?? {};
    const observed = generation === undefined ? {} : { observedGeneration: generation };
    try {
      await this.#save({ ...status, ...observed, conditions, reason, message, phase } as Status);
    } catch (error) {
      if (isNotFound(error)) {
        return;
      }
      throw error;
    }
    if (ready !== undefined && (before?.reason !== ready.reason || before.status !== ready.status)) {
      recorder.event(this.#object, eventTypeOf(ready), ready.reason, phase, ready.message);
    }
  }

  async #save(next: Status): Promise<void> {
    const isNews = next.phase !== this.#object.status?.phase;
    const status = isNews ? { ...next, lastTransitionTime: instant(this.#tools.clock.now()) } : next;
    this.#object = await patchStatus(this.#tools.client, emigrationKind, this.#object, status, {
      signal: this.signal,
      fieldManager,
      // The journal is written by one leader only: who was deposed must not write over what its successor did.
      optimisticLock: true,
    });
  }
}
