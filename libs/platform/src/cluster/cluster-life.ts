import { cluster, type Cluster } from '@tke/api-platform';

import { clusterFinalizer } from '../names.ts';
import type { Life } from '../objects/planned-reconciler.ts';
import { saveSummary, type SummaryTools } from '../objects/save-summary.ts';
import type { ClusterPass, ClusterProvider, PassResult } from './provider.ts';

export type ClusterProviders = Readonly<Record<Cluster['spec']['type'], ClusterProvider>>;

const accepted = {
  kind: 'progressing',
  reason: 'Accepted',
  message: 'The platform begins to work on the cluster.',
} as const;

/** Brings clusters to what their spec asks, by the provider of their type. */
export class ClusterLife implements Life<Cluster> {
  readonly kind = cluster;
  readonly finalizer = clusterFinalizer;
  readonly #providers: ClusterProviders;
  readonly #tools: SummaryTools;

  constructor(providers: ClusterProviders, tools: SummaryTools) {
    this.#providers = providers;
    this.#tools = tools;
  }

  async advance(pass: ClusterPass): Promise<PassResult> {
    if (pass.draft.object.status?.phase === undefined) {
      await saveSummary(this.#tools, pass.draft, { outcome: accepted, phase: 'Initializing' });
    }
    return this.#providerOf(pass).reconcile(pass);
  }

  remove(pass: ClusterPass): Promise<PassResult | 'removed'> {
    return this.#providerOf(pass).remove(pass);
  }

  #providerOf({ draft }: ClusterPass): ClusterProvider {
    return this.#providers[draft.object.spec.type];
  }
}
