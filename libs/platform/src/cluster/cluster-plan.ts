import { cluster as clusterKind, type Cluster } from '@tke/api-platform';
import type { PlanRunner } from '@tke/plan';
import type { CacheReader } from '@tke/runtime';

import type { BuildScope } from '../build/scope.ts';
import { skips } from '../build/skips.ts';
import type { HostSessions } from '../hosts/host-sessions.ts';
import type { LoginWatch } from '../objects/login-watch.ts';
import { isOvertaken } from '../objects/overtaken.ts';
import { clusterSecrets } from './cluster-secrets.ts';
import type { ClusterPass } from './provider.ts';

export interface ClusterPlanTools {
  readonly cache: CacheReader;
  readonly runner: Pick<PlanRunner, 'advance'>;
  readonly logins: LoginWatch;
}

/** What all plans about the control plane of a cluster have in common; what is done, and what it is called, comes on top. */
export function clusterPlan<Scope extends BuildScope>(
  { cache, runner, logins: watch }: ClusterPlanTools,
  { draft, signal }: ClusterPass,
  hosts: HostSessions,
  scope: Scope,
) {
  const cluster = draft.object;
  return {
    runner,
    scope,
    scopeUntil: (end: AbortSignal): Scope => ({ ...scope, session: (ip: string) => hosts.open(ip, end) }),
    logins: { watch, secrets: clusterSecrets(cluster) },
    skip: skips(cluster),
    signal,
    interrupted: () => isOvertaken<Cluster>(cache, clusterKind, cluster),
  };
}
