import { machine as machineKind, type Cluster, type Leftover, type Machine } from '@tke/api-platform';
import { isNotFound, type Client } from '@tke/kube-client';
import type { DeepReadonly } from '@tke/meta';
import type { PlanRunner, Step } from '@tke/plan';
import type { CacheReader, EventRecorder } from '@tke/runtime';
import type { Clock } from '@tke/time';

import { controlPlaneOf } from '../build/known-hosts.ts';
import { machinesOf } from '../build/machines-of.ts';
import type { ScopeBuilder } from '../build/scope-builder.ts';
import { isDetached } from '../cluster/deletion-policy.ts';
import type { ClusterPass, PassResult } from '../cluster/provider.ts';
import { advancePlan, resultOf } from '../objects/advance-plan.ts';
import type { DeleteScope } from './delete-scope.ts';
import { withLeftovers } from './leftovers.ts';

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
  const outcome = await advancePlan<Cluster, DeleteScope>(draft, {
    runner: tools.runner,
    operation: 'Delete',
    steps: isDetached(draft.object) ? tools.detachSteps : tools.destroySteps,
    scope: scopeOf(tools, pass),
    skip: draft.object.spec.features?.skipConditions ?? [],
    signal,
    interrupted: () => false,
    telling: { reason, phase, clock: tools.clock },
  });
  return outcome.kind === 'done' ? 'removed' : { ...resultOf(outcome, reason), phase };
}

function scopeOf({ cache, client, recorder, scopes }: DeletionTools, { draft, signal, log }: ClusterPass): DeleteScope {
  const cluster = draft.object;
  const hosts = scopes.clusterHosts(draft, signal);
  return {
    cluster,
    hosts: controlPlaneOf(cluster),
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
