import type { Cluster } from '@tke/api-platform';
import type { Step } from '@tke/plan';
import type { Clock } from '@tke/time';

import type { BuildScope } from '../build/scope.ts';
import type { ScopeBuilder } from '../build/scope-builder.ts';
import { versionToBuild } from '../build/version.ts';
import { clusterPlan, type ClusterPlanTools } from '../cluster/cluster-plan.ts';
import type { ClusterPass, PassResult } from '../cluster/provider.ts';
import { deriveNetwork } from '../network/derive-network.ts';
import { workOnPlan } from '../objects/advance-plan.ts';
import { networkStatus } from './network-status.ts';
import { planHosts } from './plan-hosts.ts';

export interface CreationTools extends ClusterPlanTools {
  readonly scopes: Pick<ScopeBuilder, 'clusterHosts' | 'forCluster'>;
  readonly createSteps: readonly Step<BuildScope>[];
  readonly clock: Clock;
}

const reason = 'Creating';
const phase = 'Initializing';

/** One pass of the making of a cluster; undefined when it is made. */
export async function createCluster(tools: CreationTools, pass: ClusterPass): Promise<PassResult | undefined> {
  const { scopes, createSteps, clock } = tools;
  const { draft, signal } = pass;
  const cluster = draft.object;
  await draft.update((status) => ({
    ...planHosts(cluster, status),
    ...networkStatus(deriveNetwork(cluster)),
    builtVersion: versionToBuild(cluster),
  }));
  const hosts = scopes.clusterHosts(draft, signal);
  const scope = await scopes.forCluster(draft, hosts, signal);
  return workOnPlan<Cluster, BuildScope, typeof phase>(draft, {
    ...clusterPlan(tools, pass, hosts, scope),
    operation: 'Create',
    steps: createSteps,
    telling: { reason, phase, clock },
  });
}
