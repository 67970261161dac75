import { cluster as clusterKind, type Cluster } from '@tke/api-platform';
import type { PlanRunner, Step } from '@tke/plan';
import type { CacheReader } from '@tke/runtime';
import type { Clock } from '@tke/time';

import type { BuildScope } from '../build/scope.ts';
import type { ScopeBuilder } from '../build/scope-builder.ts';
import { skips } from '../build/skips.ts';
import { versionToBuild } from '../build/version.ts';
import { clusterSecrets } from '../cluster/cluster-secrets.ts';
import type { ClusterPass, PassResult } from '../cluster/provider.ts';
import { deriveNetwork } from '../network/derive-network.ts';
import { workOnPlan } from '../objects/advance-plan.ts';
import type { LoginWatch } from '../objects/login-watch.ts';
import { isOvertaken } from '../objects/overtaken.ts';
import { networkStatus } from './network-status.ts';
import { planHosts } from './plan-hosts.ts';

export interface CreationTools {
  readonly cache: CacheReader;
  readonly runner: Pick<PlanRunner, 'advance'>;
  readonly scopes: Pick<ScopeBuilder, 'clusterHosts' | 'forCluster'>;
  readonly createSteps: readonly Step<BuildScope>[];
  readonly logins: LoginWatch;
  readonly clock: Clock;
}

const reason = 'Creating';
const phase = 'Initializing';

/** One pass of the making of a cluster; undefined when it is made. */
export async function createCluster(
  { cache, runner, scopes, createSteps, logins: watch, clock }: CreationTools,
  { draft, signal }: ClusterPass,
): Promise<PassResult | undefined> {
  const cluster = draft.object;
  await draft.update((status) => ({
    ...planHosts(cluster, status),
    ...networkStatus(deriveNetwork(cluster)),
    builtVersion: versionToBuild(cluster),
  }));
  const hosts = scopes.clusterHosts(draft, signal);
  const scope = await scopes.forCluster(draft, hosts, signal);
  return workOnPlan<Cluster, BuildScope, typeof phase>(draft, {
    runner,
    operation: 'Create',
    steps: createSteps,
    scope,
    scopeUntil: (end) => ({ ...scope, session: (ip) => hosts.open(ip, end) }),
    logins: { watch, secrets: clusterSecrets(cluster) },
    skip: skips(cluster),
    signal,
    interrupted: () => isOvertaken<Cluster>(cache, clusterKind, cluster),
    telling: { reason, phase, clock },
  });
}
