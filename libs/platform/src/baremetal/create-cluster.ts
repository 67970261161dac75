import { cluster as clusterKind, type Cluster } from '@tke/api-platform';
import type { PlanRunner, Step } from '@tke/plan';
import type { CacheReader } from '@tke/runtime';
import type { Clock } from '@tke/time';

import type { BuildScope } from '../build/scope.ts';
import type { ScopeBuilder } from '../build/scope-builder.ts';
import { skips } from '../build/skips.ts';
import { versionToBuild } from '../build/version.ts';
import type { ClusterPass, PassResult } from '../cluster/provider.ts';
import { deriveNetwork } from '../network/derive-network.ts';
import { advancePlan, resultOf } from '../objects/advance-plan.ts';
import { isOvertaken } from '../objects/overtaken.ts';
import { networkStatus } from './network-status.ts';
import { planHosts } from './plan-hosts.ts';

export interface CreationTools {
  readonly cache: CacheReader;
  readonly runner: Pick<PlanRunner, 'advance'>;
  readonly scopes: Pick<ScopeBuilder, 'clusterHosts' | 'forCluster'>;
  readonly createSteps: readonly Step<BuildScope>[];
  readonly clock: Clock;
}

const reason = 'Creating';
const phase = 'Initializing';

/** One pass of the making of a cluster; undefined when it is made. */
export async function createCluster(
  { cache, runner, scopes, createSteps, clock }: CreationTools,
  { draft, signal }: ClusterPass,
): Promise<PassResult | undefined> {
  const cluster = draft.object;
  await draft.update((status) => ({
    ...planHosts(cluster, status),
    ...networkStatus(deriveNetwork(cluster)),
    builtVersion: versionToBuild(cluster),
  }));
  const hosts = scopes.clusterHosts(draft, signal);
  const outcome = await advancePlan<Cluster, BuildScope>(draft, {
    runner,
    operation: 'Create',
    steps: createSteps,
    scope: await scopes.forCluster(draft, hosts, signal),
    skip: skips(cluster),
    signal,
    interrupted: () => isOvertaken<Cluster>(cache, clusterKind, cluster),
    telling: { reason, phase, clock },
  });
  return outcome.kind === 'done' ? undefined : { ...resultOf(outcome, reason), phase };
}
