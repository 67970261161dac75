import { cluster as clusterKind, type Cluster } from '@tke/api-platform';
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

import { clusterFinalizer } from '../names.ts';
import { StatusDraft } from '../objects/status-draft.ts';
import type { ClusterPass, ClusterProvider, PassResult } from './provider.ts';
import { saveSummary, type SummaryTools } from '../objects/save-summary.ts';

export type ClusterProviders = Readonly<Record<Cluster['spec']['type'], ClusterProvider>>;

export interface ClusterReconcilerOptions extends SummaryTools {
  /** Of the hub. */
  readonly client: Client;
  readonly providers: ClusterProviders;
}

const accepted = {
  kind: 'progressing',
  reason: 'Accepted',
  message: 'The platform begins to work on the cluster.',
} as const;

/** Brings clusters to what their spec asks, by the provider of their type, and tells of it in status. */
export class ClusterReconciler implements Reconciler {
  readonly #options: ClusterReconcilerOptions;

  constructor(options: ClusterReconcilerOptions) {
    this.#options = options;
  }

  async reconcile({ name }: Request, { signal, log }: ReconcileContext): Promise<Result | undefined> {
    const object = await this.#fetch(name, signal);
    if (object === undefined) {
      return undefined;
    }
    const { client } = this.#options;
    const isDeleted = object.metadata.deletionTimestamp !== undefined;
    if (isDeleted && !hasFinalizer(object, clusterFinalizer)) {
      return undefined;
    }
    const held = await ensureFinalizer<Cluster>(client, clusterKind, object, clusterFinalizer, { signal });
    const pass = { draft: new StatusDraft<Cluster>(client, clusterKind, held, signal), signal, log };
    try {
      return isDeleted ? await this.#remove(pass) : await this.#advance(pass);
    } catch (error) {
      await this.#saveFailure(pass, error);
      throw error;
    }
  }

  /** Not from the cache: a journal older than what was last written would have steps done twice. */
  async #fetch(name: string, signal: AbortSignal): Promise<DeepReadonly<Cluster> | undefined> {
    try {
      return await this.#options.client.get<Cluster>(clusterKind, { name }, { signal });
    } catch (error) {
      if (isNotFound(error)) {
        return undefined;
      }
      throw error;
    }
  }

  async #advance(pass: ClusterPass): Promise<Result | undefined> {
    if (pass.draft.object.status?.phase === undefined) {
      await saveSummary(this.#options, pass.draft, { outcome: accepted, phase: 'Initializing' });
    }
    return this.#finish(pass, await this.#providerOf(pass).reconcile(pass));
  }

  async #remove(pass: ClusterPass): Promise<Result | undefined> {
    const result = await this.#providerOf(pass).remove(pass);
    if (result !== 'removed') {
      return this.#finish(pass, { ...result, phase: 'Terminating' });
    }
    const { draft, signal } = pass;
    await removeFinalizer<Cluster>(this.#options.client, clusterKind, draft.object, clusterFinalizer, { signal });
    return undefined;
  }

  async #finish({ draft }: ClusterPass, { requeueAfterMs, ...summary }: PassResult): Promise<Result | undefined> {
    await saveSummary(this.#options, draft, summary);
    return requeueAfterMs === undefined ? undefined : { requeueAfterMs };
  }

  #providerOf({ draft }: ClusterPass): ClusterProvider {
    return this.#options.providers[draft.object.spec.type];
  }

  /** Never rejects: the failure itself is what counts. */
  async #saveFailure({ draft, signal, log }: ClusterPass, error: unknown): Promise<void> {
    // A conflict means that something newer than this object is about to be reconciled.
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
