import { cluster as clusterKind, type Cluster, type Machine } from '@tke/api-platform';
import type { MemberClusters } from '@tke/member-cluster';
import type { DeepReadonly } from '@tke/meta';
import type { PlanRunner } from '@tke/plan';
import type { CacheReader, EventRecorder } from '@tke/runtime';
import type { Clock } from '@tke/time';

import { withLeftovers } from '../baremetal/leftovers.ts';
import type { ScopeBuilder } from '../build/scope-builder.ts';
import { isDetached } from '../cluster/deletion-policy.ts';
import type { MachinePass, MachineResult } from '../machine/machine-pass.ts';
import { isControlPlane } from '../machine/place.ts';
import { advancePlan, resultOf } from '../objects/advance-plan.ts';
import { resetByHandPath } from '../reset/host-mark.ts';
import type { RemovalScope, RemovalStep } from './removal-scope.ts';

export interface RemovalSteps {
  /** The cluster goes on without the host. */
  readonly remove: readonly RemovalStep[];
  /** The cluster goes with it. */
  readonly destroy: readonly RemovalStep[];
  /** Host and cluster go on as they are. */
  readonly detach: readonly RemovalStep[];
}

export interface RemovalOptions {
  /** Of the hub. */
  readonly cache: CacheReader;
  readonly members: Pick<MemberClusters, 'get'>;
  readonly recorder: EventRecorder;
  readonly runner: Pick<PlanRunner, 'advance'>;
  readonly scopes: Pick<ScopeBuilder, 'machineHosts' | 'memberOf'>;
  readonly removalSteps: RemovalSteps;
  readonly clock: Clock;
}

const action = 'Remove';
const reason = 'Removing';
const phase = 'Terminating';

/** Takes a host out of its cluster. Comes to an end whatever is dead: what could not be cleaned up is in status and in an event. */
export class MachineRemoval {
  readonly #options: RemovalOptions;

  constructor(options: RemovalOptions) {
    this.#options = options;
  }

  async advance(pass: MachinePass): Promise<MachineResult | 'removed'> {
    const { runner, clock } = this.#options;
    const { draft, signal } = pass;
    const { plan } = draft.object.status ?? {};
    if (!wasReached(draft.object) || (plan?.operation === 'Remove' && plan.finishedAt !== undefined)) {
      return 'removed';
    }
    const cluster = this.#clusterOf(draft.object);
    if (typeof cluster === 'string') {
      this.#warn(draft.object, 'HostNotReset', `The host stays as it is: ${cluster}.`);
      return 'removed';
    }
    if (plan?.operation !== 'Remove') {
      await draft.update(() => ({ drain: undefined })); // its time begins with the removal
    }
    const outcome = await advancePlan<Machine, RemovalScope>(draft, {
      runner,
      operation: 'Remove',
      steps: this.#stepsFor(cluster),
      scope: this.#scopeOf(pass, cluster),
      skip: cluster.spec.features?.skipConditions ?? [],
      signal,
      telling: { reason, phase, clock },
      interrupted: () => false,
    });
    return outcome.kind === 'done' ? 'removed' : { ...resultOf(outcome, reason), phase };
  }

  /** A sentence without a full stop where there is nobody to take the host out for: without its UID the host's lock cannot be taken. */
  #clusterOf({ spec }: DeepReadonly<Machine>): DeepReadonly<Cluster> | string {
    const { clusterName: name, ip } = spec;
    const found = this.#options.cache.get<Cluster>(clusterKind, { name });
    if (found === undefined || (found.spec.tenantID ?? '') !== (spec.tenantID ?? '')) {
      return `Cluster ${name} is gone; run "sh ${resetByHandPath}" on ${ip}, or install it anew`;
    }
    return isControlPlane(found, ip) ? `${ip} is a host of the control plane of Cluster ${name} now` : found;
  }

  #stepsFor(cluster: DeepReadonly<Cluster>): readonly RemovalStep[] {
    const { remove, destroy, detach } = this.#options.removalSteps;
    if (cluster.metadata.deletionTimestamp === undefined) {
      return remove;
    }
    return isDetached(cluster) ? detach : destroy;
  }

  #scopeOf({ draft, signal, log }: MachinePass, cluster: DeepReadonly<Cluster>): RemovalScope {
    const { scopes, members, clock } = this.#options;
    const { ip } = draft.object.spec;
    const hosts = scopes.machineHosts(draft, cluster, signal);
    return {
      draft,
      cluster,
      member: () => scopes.memberOf(cluster),
      memberSilentMs: () => {
        const health = members.get(cluster.metadata.name ?? '')?.health;
        return health?.state === 'Unhealthy' ? clock.now() - health.since : 0;
      },
      session: () => hosts.open(ip),
      release: () => hosts.release(ip),
      warn: (why, note) => this.#warn(draft.object, why, note),
      leaveBehind: async (leftover) => {
        const { host, what, remedy } = leftover;
        log.warn('Left behind', { host, what });
        this.#warn(draft.object, 'LeftBehind', `${host}: ${what} ${remedy}`);
        await draft.update(({ leftBehind = [] }) => ({ leftBehind: withLeftovers(leftBehind, [leftover]) }));
      },
    };
  }

  #warn(machine: DeepReadonly<Machine>, why: string, note: string): void {
    this.#options.recorder.event(machine, 'Warning', why, action, note);
  }
}

/**
 * Whether the host may have been changed: its key and facts are in status before anything is done there. Removing a Machine whose address
 * was mistyped need not wait for a host that never answered.
 */
function wasReached({ spec, status }: DeepReadonly<Machine>): boolean {
  const isPinned = (spec.hostKeys ?? []).length > 0;
  return status?.facts !== undefined || status?.hostKeys !== undefined || (isPinned && status?.plan !== undefined);
}
