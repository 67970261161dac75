import { cluster as clusterKind, type Cluster, type Machine } from '@tke/api-platform';
import type { MemberClusters } from '@tke/member-cluster';
import type { DeepReadonly } from '@tke/meta';
import type { PlanRunner } from '@tke/plan';
import type { CacheReader, EventRecorder } from '@tke/runtime';
import type { Clock } from '@tke/time';

import { withLeftovers } from '../objects/leftovers.ts';
import type { ScopeBuilder } from '../build/scope-builder.ts';
import { isJoinable } from '../cluster/built.ts';
import { isDetached } from '../cluster/deletion-policy.ts';
import type { HostSessions } from '../hosts/host-sessions.ts';
import { wasReached } from '../hosts/facts-of-pass.ts';
import type { MachinePass, MachineResult } from '../machine/machine-pass.ts';
import { isControlPlane } from '../machine/place.ts';
import { workOnPlan } from '../objects/advance-plan.ts';
import type { LoginWatch } from '../objects/login-watch.ts';
import { markPath, resetByHandPath } from '../reset/host-mark.ts';
import type { RemovalScope, RemovalStep } from './removal-scope.ts';

export interface RemovalSteps {
  /** The cluster goes on without the host. */
  readonly remove: readonly RemovalStep[];
  /** The cluster goes with it, or cannot be joined yet. */
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
  readonly logins: LoginWatch;
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
    const { runner, logins, clock } = this.#options;
    const { draft, signal } = pass;
    logins.forget(draft.object.metadata.uid ?? '');
    if (isOver(draft.object)) {
      return 'removed';
    }
    const cluster = this.#clusterOf(draft.object);
    if (typeof cluster === 'string') {
      this.#warn(draft.object, 'HostNotReset', `The host stays as it is: ${cluster}.`);
      return 'removed';
    }
    if (draft.object.status?.plan?.operation !== 'Remove') {
      await draft.update(() => ({ drain: undefined })); // its time begins with the removal
    }
    const { ip } = draft.object.spec;
    const hosts = this.#options.scopes.machineHosts(draft, cluster, signal);
    const scope = this.#scopeOf(pass, cluster, hosts);
    const unfinished = await workOnPlan<Machine, RemovalScope, typeof phase>(draft, {
      runner,
      operation: 'Remove',
      steps: this.#stepsFor(cluster),
      scope,
      scopeUntil: (end) => ({
        ...scope,
        session: () => hosts.open(ip, end),
        release: () => hosts.release(ip, end),
      }),
      skip: cluster.spec.features?.skipConditions ?? [],
      signal,
      telling: { reason, phase, clock },
      interrupted: () => false,
    });
    return unfinished ?? 'removed';
  }

  /** A sentence without a full stop where there is nobody to take the host out for: without its UID the host's lock cannot be taken. */
  #clusterOf({ metadata, spec }: DeepReadonly<Machine>): DeepReadonly<Cluster> | string {
    const { clusterName: name, ip } = spec;
    const found = this.#options.cache.get<Cluster>(clusterKind, { name });
    if (found === undefined || (found.spec.tenantID ?? '') !== (spec.tenantID ?? '')) {
      return `Cluster ${name} is gone; where ${markPath} on ${ip} says owner=${metadata.uid ?? ''}, run "sh ${resetByHandPath}" there, or install it anew`;
    }
    return isControlPlane(found, ip) ? `${ip} is a host of the control plane of Cluster ${name} now` : found;
  }

  #stepsFor(cluster: DeepReadonly<Cluster>): readonly RemovalStep[] {
    const { remove, destroy, detach } = this.#options.removalSteps;
    if (cluster.metadata.deletionTimestamp === undefined) {
      return isJoinable(cluster) ? remove : destroy; // before, there is no Node
    }
    return isDetached(cluster) ? detach : destroy;
  }

  #scopeOf({ draft, log }: MachinePass, cluster: DeepReadonly<Cluster>, hosts: HostSessions): RemovalScope {
    const { scopes, members, clock } = this.#options;
    const { ip } = draft.object.spec;
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

/** Removing a Machine whose address or password was mistyped need not wait for a host where nothing was ever done. */
function isOver({ status = {} }: DeepReadonly<Machine>): boolean {
  const { plan } = status;
  return !wasReached(status) || (plan?.operation === 'Remove' && plan.finishedAt !== undefined);
}
