import { describeError } from '@tke/errors';
import { isNotFound, type Client } from '@tke/kube-client';
import type { Logger } from '@tke/log';
import type { DeepReadonly, Kind } from '@tke/meta';
import {
  ensureFinalizer,
  hasFinalizer,
  removeFinalizer,
  type ReconcileContext,
  type Reconciler,
  type Request,
  type Result,
} from '@tke/runtime';

import { endsPass } from './ends-pass.ts';
import { saveSummary, type Summarised, type Summary, type SummaryTools } from './save-summary.ts';
import { StatusDraft } from './status-draft.ts';

/** One pass over one object. */
export interface PlannedPass<T extends Summarised> {
  /** Its `object` is what is reconciled. Fields that were found out go in by `update`; summary and phase are written by the reconciler. */
  readonly draft: StatusDraft<T>;
  readonly signal: AbortSignal;
  readonly log: Logger;
}

export interface PlannedResult<T extends Summarised> extends Summary<T> {
  /** When to look again though nothing happens. */
  readonly requeueAfterMs?: number;
}

/** What is done for the objects of one kind. */
export interface Life<T extends Summarised> {
  readonly kind: Kind<T>;
  readonly finalizer: string;
  /**
   * Brings the object towards its spec, as far as it goes without waiting for long. What it rejects with is told as retrying or stalled.
   * Undefined: there is nothing to say that was not said before, and an event will follow.
   */
  advance(pass: PlannedPass<T>): Promise<PlannedResult<T> | undefined>;
  /** The same towards its end, told in phase Terminating; `removed` lets the object go. Must come to that, whatever is dead. */
  remove(pass: PlannedPass<T>): Promise<PlannedResult<T> | 'removed'>;
}

export interface PlannedReconcilerOptions extends SummaryTools {
  /** Of the hub. */
  readonly client: Client;
}

type Phase<T extends Summarised> = Summary<T>['phase'];

/** Reconciles objects of a kind whose life is a sequence of plans, and tells of it in status. */
export class PlannedReconciler<T extends Summarised> implements Reconciler {
  readonly #options: PlannedReconcilerOptions;
  readonly #life: Life<T>;

  constructor(options: PlannedReconcilerOptions, life: Life<T>) {
    this.#options = options;
    this.#life = life;
  }

  async reconcile({ name }: Request, { signal, log }: ReconcileContext): Promise<Result | undefined> {
    const { kind, finalizer } = this.#life;
    const { client } = this.#options;
    const object = await this.#fetch(name, signal);
    const isDeleted = object?.metadata.deletionTimestamp !== undefined;
    if (object === undefined || (isDeleted && !hasFinalizer(object, finalizer))) {
      return undefined;
    }
    const held = await ensureFinalizer<T>(client, kind, object, finalizer, { signal });
    const pass = { draft: new StatusDraft<T>(client, kind, held, signal), signal, log };
    try {
      return isDeleted ? await this.#remove(pass) : await this.#finish(pass, await this.#life.advance(pass));
    } catch (error) {
      await this.#saveFailure(pass, error);
      throw error;
    }
  }

  /** Not from the cache: a journal older than what was last written would have steps done twice. */
  async #fetch(name: string, signal: AbortSignal): Promise<DeepReadonly<T> | undefined> {
    try {
      return (await this.#options.client.get<T>(this.#life.kind, { name }, { signal })) as DeepReadonly<T>;
    } catch (error) {
      if (isNotFound(error)) {
        return undefined;
      }
      throw error;
    }
  }

  async #remove(pass: PlannedPass<T>): Promise<Result | undefined> {
    const { kind, finalizer } = this.#life;
    const result = await this.#life.remove(pass);
    if (result !== 'removed') {
      return this.#finish(pass, { ...result, phase: 'Terminating' });
    }
    const { draft, signal } = pass;
    await removeFinalizer<T>(this.#options.client, kind, draft.object, finalizer, { signal });
    return undefined;
  }

  async #finish({ draft }: PlannedPass<T>, result: PlannedResult<T> | undefined): Promise<Result | undefined> {
    if (result === undefined) {
      return undefined;
    }
    const { requeueAfterMs, ...summary } = result;
    await saveSummary<T>(this.#options, draft, summary);
    return requeueAfterMs === undefined ? undefined : { requeueAfterMs };
  }

  /** Never rejects: the failure itself is what counts. */
  async #saveFailure({ draft, signal, log }: PlannedPass<T>, error: unknown): Promise<void> {
    // A conflict means that something newer than what was read is about to be reconciled, if not by this process.
    if (endsPass(error, signal)) {
      return;
    }
    const { metadata, status } = draft.object as DeepReadonly<Summarised>;
    const kind = describeError(error).class === 'NeedsUser' ? 'stalled' : 'retrying';
    const phase = metadata.deletionTimestamp === undefined ? (status?.phase ?? 'Initializing') : 'Terminating';
    const summary = { outcome: { kind, error }, phase: phase as Phase<T> } as const;
    await saveSummary<T>(this.#options, draft, summary).catch((reason: unknown) =>
      log.warn('The failure could not be written to the status', { error: reason }),
    );
  }
}
