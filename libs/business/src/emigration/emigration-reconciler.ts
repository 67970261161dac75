import type { NsEmigration } from '@tke/api-business';
import { retryAnnotation, type PlanFailure } from '@tke/api-platform';
import { CodedError } from '@tke/errors';
import { keyOf, type ObjectKey } from '@tke/meta';
import { PlanRunner, type PlanOutcome } from '@tke/plan';
import {
  ensureFinalizer,
  hasFinalizer,
  removeFinalizer,
  type Outcome,
  type ReconcileContext,
  type Reconciler,
  type Request,
  type Result,
} from '@tke/runtime';
import type { Random } from '@tke/time';

import type { BusinessDependencies } from '../dependencies.ts';
import { emigrationKind, type EmigrationObject } from '../objects/kinds.ts';
import { failed, isOvertaken } from '../objects/save-status.ts';
import { undefinedIfGone } from '../objects/undefined-if-gone.ts';
import { EmigrationPass } from './emigration-pass.ts';
import { hindrances, type Hindrance } from './examine.ts';
import { failureOf, isPastReturn, moveSteps } from './move-steps.ts';
import { emigrationFinalizer } from './names.ts';
import { rollBack } from './roll-back.ts';
import type { EmigrationScope } from './scope.ts';

/** How long a Finished emigration is kept, for people to see. */
export const keptMs = 3_600_000;

const retryMs = 10_000;

export interface EmigrationDependencies extends BusinessDependencies {
  readonly random: Random;
  /** How long a deletion waits for a member that does not answer. Milliseconds. */
  readonly giveUpAfterMs: number;
}

/** Moves namespaces to other projects, step by step, and back when a step fails for good. */
export class EmigrationReconciler implements Reconciler {
  readonly #deps: EmigrationDependencies;

  constructor(dependencies: EmigrationDependencies) {
    this.#deps = dependencies;
  }

  async reconcile(request: Request, context: ReconcileContext): Promise<Result | undefined> {
    const { signal } = context;
    const object = await this.#fetch(request, signal);
    if (object === undefined) {
      return undefined;
    }
    const isDeleted = object.metadata.deletionTimestamp !== undefined;
    if (isDeleted && !hasFinalizer(object, emigrationFinalizer)) {
      return undefined;
    }
    if (object.status?.phase === 'Finished' || object.status?.phase === 'Failed') {
      return isDeleted ? this.#letGo(object, signal) : this.#keep(object, signal);
    }
    const held = await ensureFinalizer<NsEmigration>(this.#deps.client, emigrationKind, object, emigrationFinalizer, {
      signal,
    });
    const pass = new EmigrationPass(this.#deps, held, signal);
    try {
      return await this.#advance(pass, context);
    } catch (error) {
      await this.#tellFailure(pass, error);
      throw error;
    }
  }

  /** Not from the cache: a journal older than what was last written would have steps done twice. */
  #fetch(key: ObjectKey, signal: AbortSignal): Promise<EmigrationObject | undefined> {
    return this.#deps.client.get(emigrationKind, key, { signal }).catch(undefinedIfGone);
  }

  async #advance(pass: EmigrationPass, context: ReconcileContext): Promise<Result | undefined> {
    const { metadata, status } = pass.object;
    const isDeleted = metadata.deletionTimestamp !== undefined;
    const failure = failureOf(status?.plan);
    if (failure !== undefined || (isDeleted && !isPastReturn(status?.plan))) {
      return this.#undo(pass, failure);
    }
    if (status?.plan === undefined) {
      const found = hindrances({ ...this.#deps, emigration: pass.object });
      const worst = found.find(({ kind: how }) => how === 'refused') ?? found[0];
      if (worst !== undefined) {
        await pass.summarise(outcomeOf(worst), 'Pending');
        return undefined;
      }
    }
    return this.#move(pass, context);
  }

  async #move(pass: EmigrationPass, { signal, log }: ReconcileContext): Promise<Result | undefined> {
    const { clock, random } = this.#deps;
    const { metadata, status } = pass.object;
    const { plan, step, handledRetry } = status ?? {};
    const { state, outcome } = await new PlanRunner({ clock, random, logger: log }).advance<EmigrationScope>({
      uid: metadata.uid ?? '',
      operation: 'Move',
      steps: moveSteps,
      scope: this.#scope(pass),
      skip: [],
      generation: metadata.generation ?? 0,
      retry: metadata.annotations?.[retryAnnotation],
      state: { plan, step, handledRetry },
      signal,
      save: (next) => pass.savePlan(next),
      interrupted: () => false,
    });
    await pass.savePlan(state);
    const failure = failureOf(state.plan);
    return failure === undefined ? this.#tell(pass, outcome) : this.#undo(pass, failure);
  }

  async #tell(pass: EmigrationPass, outcome: PlanOutcome): Promise<Result | undefined> {
    const { metadata, spec, status } = pass.object;
    const phase = status?.phase ?? 'Pending';
    switch (outcome.kind) {
      case 'done': {
        const message = `Namespace ${spec.namespace} has moved from ${metadata.namespace ?? ''} to ${spec.destination}.`;
        await pass.summarise({ kind: 'ready', message }, 'Finished');
        return metadata.deletionTimestamp === undefined
          ? this.#keep(pass.object, pass.signal)
          : this.#letGo(pass.object, pass.signal);
      }
      case 'interrupted':
        return { requeueAfterMs: retryMs };
      case 'waiting':
        await pass.summarise({ kind: 'progressing', reason: 'Moving', message: outcome.message }, phase);
        return { requeueAfterMs: outcome.afterMs };
      case 'retrying':
      case 'stalled':
        await pass.summarise({ kind: 'retrying', error: outcome.error }, phase);
        return { requeueAfterMs: outcome.afterMs ?? retryMs };
    }
  }

  /** Without a failure: because the emigration is being deleted. */
  async #undo(pass: EmigrationPass, failure: PlanFailure | undefined): Promise<Result | undefined> {
    const { signal } = pass;
    const phase = pass.object.status?.phase ?? 'Pending';
    const told = failure && new CodedError(failure.code, failure, failure.message);
    try {
      if (!(await rollBack(this.#scope(pass), this.#deps, signal))) {
        const message = `The namespace goes back: ${failure?.message ?? 'the NsEmigration is being deleted'}`;
        await pass.summarise({ kind: 'progressing', reason: 'RollingBack', message }, phase);
        return { requeueAfterMs: retryMs };
      }
    } catch (error) {
      signal.throwIfAborted();
      await pass.summarise({ kind: 'retrying', error }, phase);
      return { requeueAfterMs: retryMs };
    }
    if (told !== undefined) {
      await pass.summarise({ kind: 'stalled', error: told }, 'Failed');
    }
    return pass.object.metadata.deletionTimestamp === undefined ? undefined : this.#letGo(pass.object, signal);
  }

  /** Deletes what is Finished when its time has come. */
  async #keep({ metadata, status }: EmigrationObject, signal: AbortSignal): Promise<Result | undefined> {
    if (status?.phase !== 'Finished') {
      return undefined;
    }
    const left = Date.parse(status.plan?.finishedAt ?? '') + keptMs - this.#deps.clock.now();
    if (left > 0) {
      return { requeueAfterMs: left };
    }
    const { uid = '' } = metadata;
    const options = { preconditions: { uid }, signal };
    await this.#deps.client.delete(emigrationKind, keyOf({ metadata }), options).catch(undefinedIfGone);
    return undefined;
  }

  async #letGo(object: EmigrationObject, signal: AbortSignal): Promise<undefined> {
    await removeFinalizer<NsEmigration>(this.#deps.client, emigrationKind, object, emigrationFinalizer, { signal });
  }

  #scope(pass: EmigrationPass): EmigrationScope {
    const { client, cache, members } = this.#deps;
    return {
      ...{ client, cache, members },
      get emigration() {
        return pass.object;
      },
    };
  }

  /** Never rejects: the failure itself is what counts. */
  async #tellFailure(pass: EmigrationPass, error: unknown): Promise<void> {
    if (isOvertaken(error, pass.signal)) {
      return;
    }
    const phase = pass.object.status?.phase ?? 'Pending';
    await pass.summarise(failed(error), phase).catch(() => undefined);
  }
}

function outcomeOf(hindrance: Hindrance): Outcome {
  return hindrance.kind === 'refused'
    ? { kind: 'stalled', error: hindrance.error }
    : { kind: 'progressing', reason: 'NotReadyToMove', message: hindrance.message };
}
