import { machine as machineKind, type Cluster, type Leftover, type Machine } from '@tke/api-platform';
import { isNotFound, type Client } from '@tke/kube-client';
import type { DeepReadonly } from '@tke/meta';
import type { PlanRunner, Step } from '@tke/plan';
import type { CacheReader, EventRecorder } from '@tke/runtime';
import type { Clock } from '@tke/time';

import { machinesOf } from '../build/machines-of.ts';
import type { ScopeBuilder } from '../build/scope-builder.ts';
import { isDetached } from '../cluster/deletion-policy.ts';
import type { ClusterPass, PassResult } from '../cluster/provider.ts';
import { workOnPlan } from '../objects/advance-plan.ts';
import { wasReached } from '../hosts/facts-of-pass.ts';
import type { HostSessions } from '../hosts/host-sessions.ts';
import type { DeleteScope } from './delete-scope.ts';
import { withLeftovers } from '../objects/leftovers.ts';
import { strangerOf } from './plan-hosts.ts';

export interface DeletionTools {
  readonly cache: CacheReader;
  /** Of the hub. */
  readonly client: Client;
  readonly recorder: EventRecorder;
  readonly runner: Pick<PlanRunner, 'advance'>;
  readonly scopes: Pick<ScopeBuilder, 'clusterHosts' | 'memberOf'>;
  readonly destroySteps: readonly Step<DeleteScope>[];
  readonly detachSteps: readonly Step<DeleteScope>[];
  readonly clock: Clock;
}

const reason = 'Deleting';
const phase = 'Terminating';

/** One pass of the deletion of a cluster that was built here. */
export async function deleteCluster(tools: DeletionTools, pass: ClusterPass): Promise<PassResult | 'removed'> {
  const { draft, signal } = pass;
  const { plan } = draft.object.status ?? {};
  if (plan?.operation === 'Delete' && plan.finishedAt !== undefined) {
    return 'removed'; // all was done, and then only the finalizer was not removed
  }
  if (plan?.operation !== 'Delete') {
    await draft.update((status) => ({ leftBehind: withLeftovers(status.leftBehind ?? [], strangers(draft.object)) }));
  }
  const hosts = tools.scopes.clusterHosts(draft, signal);
  const scope = scopeOf(tools, pass, hosts);
  const unfinished = await workOnPlan<Cluster, DeleteScope, typeof phase>(draft, {
    runner: tools.runner,
    operation: 'Delete',
    steps: isDetached(draft.object) ? tools.detachSteps : tools.destroySteps,
    scope,
    scopeUntil: (end) => ({
      ...scope,
      session: (ip) => hosts.open(ip, end),
      release: (ip) => hosts.release(ip, end),
    }),
    skip: draft.object.spec.features?.skipConditions ?? [],
    signal,
    interrupted: () => false,
    telling: { reason, phase, clock: tools.clock },
  });
  return unfinished ?? 'removed';
}

function scopeOf(
  { cache, client, recorder, scopes }: DeletionTools,
  { draft, signal, log }: ClusterPass,
  hosts: HostSessions,
): DeleteScope {
  const cluster = draft.object;
  return {
    cluster,
    hosts: reachedHosts(cluster),
    machines: () => machinesOf(cache, cluster),
    deleteMachine: (machine) => deleteMachine(client, machine, signal),
    session: (ip) => hosts.open(ip),
    release: (ip) => hosts.release(ip),
    member: () => scopes.memberOf(cluster),
    async leaveBehind(leftover: Leftover) {
      const { host, what, remedy } = leftover;
      log.warn('Left behind', { host, what });
      recorder.event(cluster, 'Warning', 'LeftBehind', 'Delete', `${host === '' ? '' : `${host}: `}${what} ${remedy}`);
      await draft.update(({ leftBehind = [] }) => ({ leftBehind: withLeftovers(leftBehind, [leftover]) }));
    },
  };
}

async function deleteMachine(client: Client, { metadata }: DeepReadonly<Machine>, signal: AbortSignal): Promise<void> {
  const { name = '', uid } = metadata;
  try {
    await client.delete(machineKind, { name }, { signal, ...(uid !== undefined && { preconditions: { uid } }) });
  } catch (error) {
    if (!isNotFound(error)) {
      throw error;
    }
  }
}

/** Hosts that were taken out of spec after they had been prepared: there is no login to them any more. */
function strangers(cluster: DeepReadonly<Cluster>): readonly Leftover[] {
  const { spec, status } = cluster;
  const wanted = new Set((spec.machines ?? []).map(({ ip }) => ip));
  const gone = (status?.hosts ?? []).filter((host) => !wanted.has(host.ip) && wasReached(host));
  return gone.map((host) => strangerOf(cluster, host));
}

/** Those of spec where something may have been done. Of the others nothing is there to be taken away. */
function reachedHosts({ spec, status }: DeepReadonly<Cluster>): readonly string[] {
  const reached = new Set((status?.hosts ?? []).filter(wasReached).map(({ ip }) => ip));
  return (spec.machines ?? []).map(({ ip }) => ip).filter((ip) => reached.has(ip));
}
