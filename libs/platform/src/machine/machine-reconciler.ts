import { machine as machineKind, type Machine } from '@tke/api-platform';
import { describeError } from '@tke/errors';
import { isConflict, isNotFound, type Client } from '@tke/kube-client';
import type { DeepReadonly } from '@tke/meta';
import {
  ensureFinalizer,
  hasFinalizer,
  removeFinalizer,
  type ReconcileContext,
  type Reconciler,
  type Request,
  type Result,
} from '@tke/runtime';

import { machineFinalizer } from '../names.ts';
import { saveSummary, type SummaryTools } from '../objects/save-summary.ts';
import { StatusDraft } from '../objects/status-draft.ts';
import { MachineRemoval, type RemovalOptions } from '../remove/removal.ts';
import { MachineJoin, type JoinOptions } from './join.ts';
import type { MachinePass, MachineResult } from './machine-pass.ts';
import { placeOf } from './place.ts';
import { MachineUpkeep, type UpkeepOptions } from './upkeep.ts';

export interface MachineReconcilerOptions
  extends SummaryTools, UpkeepOptions, Omit<RemovalOptions, 'scopes'>, JoinOptions {
  /** Of the hub. */
  readonly client: Client;
  readonly scopes: JoinOptions['scopes'] & RemovalOptions['scopes'];
}

/** Brings hosts into their clusters, keeps their Nodes as asked, and takes them out again. */
export class MachineReconciler implements Reconciler {
  readonly #options: MachineReconcilerOptions;
  readonly #join: MachineJoin;
  readonly #upkeep: MachineUpkeep;
  readonly #removal: MachineRemoval;

  constructor(options: MachineReconcilerOptions) {
    this.#options = options;
    this.#join = new MachineJoin(options);
    this.#upkeep = new MachineUpkeep(options);
    this.#removal = new MachineRemoval(options);
  }

  async reconcile({ name }: Request, { signal, log }: ReconcileContext): Promise<Result | undefined> {
    const object = await this.#fetch(name, signal);
    if (object === undefined) {
      return undefined;
    }
    const { client } = this.#options;
    const isDeleted = object.metadata.deletionTimestamp !== undefined;
    if (isDeleted && !hasFinalizer(object, machineFinalizer)) {
      return undefined;
    }
    const held = await ensureFinalizer<Machine>(client, machineKind, object, machineFinalizer, { signal });
    const pass = { draft: new StatusDraft<Machine>(client, machineKind, held, signal), signal, log };
    try {
      return isDeleted ? await this.#remove(pass) : await this.#finish(pass, await this.#advance(pass));
    } catch (error) {
      await this.#saveFailure(pass, error);
      throw error;
    }
  }

  /** Not from the cache: a journal older than what was last written would have steps done twice. */
  async #fetch(name: string, signal: AbortSignal): Promise<DeepReadonly<Machine> | undefined> {
    try {
      return await this.#options.client.get<Machine>(machineKind, { name }, { signal });
    } catch (error) {
      if (isNotFound(error)) {
        return undefined;
      }
      throw error;
    }
  }

  async #advance(pass: MachinePass): Promise<MachineResult | undefined> {
    const { object } = pass.draft;
    const place = placeOf(object, this.#options.cache);
    const phase = object.status?.phase ?? 'Initializing';
    switch (place.kind) {
      case 'refused':
        return { outcome: { kind: 'stalled', error: place.error }, phase };
      case 'waiting':
        return { outcome: { kind: 'progressing', reason: 'WaitingForCluster', message: place.message }, phase };
      case 'found': {
        const result = await this.#join.advance(pass, place.cluster);
        return result === 'joined' ? this.#upkeep.reconcile(pass) : result;
      }
    }
  }

  async #remove(pass: MachinePass): Promise<Result | undefined> {
    const result = await this.#removal.advance(pass);
    if (result !== 'removed') {
      return this.#finish(pass, { ...result, phase: 'Terminating' });
    }
    const { draft, signal } = pass;
    await removeFinalizer<Machine>(this.#options.client, machineKind, draft.object, machineFinalizer, { signal });
    return undefined;
  }

  async #finish({ draft }: MachinePass, result: MachineResult | undefined): Promise<Result | undefined> {
    if (result === undefined) {
      return undefined;
    }
    const { requeueAfterMs, ...summary } = result;
    await saveSummary(this.#options, draft, summary);
    return requeueAfterMs === undefined ? undefined : { requeueAfterMs };
  }

  /** Never rejects: the failure itself is what counts. */
  async #saveFailure({ draft, signal, log }: MachinePass, error: unknown): Promise<void> {
    // A conflict means that something newer than what was read is about to be reconciled.
    if (signal.aborted || isConflict(error)) {
      return;
    }
    const { metadata, status } = draft.object;
    const kind = describeError(error).class === 'NeedsUser' ? 'stalled' : 'retrying';
    const phase = metadata.deletionTimestamp === undefined ? (status?.phase ?? 'Initializing') : 'Terminating';
    await saveSummary(this.#options, draft, { outcome: { kind, error }, phase }).catch((reason: unknown) =>
      log.warn('The failure could not be written to the status', { error: reason }),
    );
  }
}
