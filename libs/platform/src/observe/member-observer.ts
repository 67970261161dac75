import { errorMessage, isCoded } from '@tke/errors';
import type { MemberCluster } from '@tke/member-cluster';
import type { AddressGuard } from '@tke/net';
import type { Clock } from '@tke/time';

import { allocatedResources } from './allocated-resources.ts';
import { certificatesOf, type Certificate } from './certificates.ts';
import { controlPlaneComponents, unavailable, type SeenComponent } from './components.ts';
import { certificatesValid, connected, controlPlaneHealthy, firstToEnd, observed } from './conditions.ts';
import { observeErrors } from './errors.ts';
import { kubeVendor } from './kube-vendor.ts';
import { Measurement } from './measurement.ts';
import { nodeTotals, type NodeTotals } from './node-totals.ts';
import type { ClusterObservation, ObservedCondition } from './observation.ts';
import { timestampOf } from './timestamp.ts';
import { unreadyNodes } from './watched-nodes.ts';

const intervalMs = 60_000;
/** While a component is not whole: that it is again is to be seen soon. */
const brokenIntervalMs = 15_000;
// Certificates are exchanged rarely, and each address costs a handshake.
const certificateIntervalMs = 3_600_000;
// Whoever is slow must not keep the others waiting, on purpose or not.
const timeLimitMs = 60_000;

/**
 * Looks at members. What it asks them for it asks for once a minute at most, however often it is called, and less often what takes long;
 * every few seconds at most where it is known to have changed.
 */
export class MemberObserver {
  readonly #clock: Clock;
  readonly #guard: AddressGuard | undefined;
  readonly #known = new WeakMap<MemberCluster, MemberMeasurements>();

  /** @param guard which addresses may be connected to; undefined for all. */
  constructor(clock: Clock, guard: AddressGuard | undefined) {
    this.#clock = clock;
    this.#guard = guard;
  }

  /**
   * What is known of a member. While it does not answer nothing is asked, and the fields but `lastSeen` stay what they were. Rejects with
   * the reason of the signal only. `others` are certificates that were found elsewhere, and are told along with those found here;
   * `hosts` is how many its control plane is meant to have.
   */
  async observe(
    member: MemberCluster,
    signal: AbortSignal,
    others: readonly Certificate[] = [],
    hosts?: number,
  ): Promise<ClusterObservation> {
    const known = this.#measurementsOf(member);
    const healthy = member.health.state === 'Healthy';
    if (healthy) {
      await known.refresh(member, signal, hosts);
    }
    signal.throwIfAborted();
    const { components } = known;
    const lookAgainInMs = healthy ? known.oldForMs() : undefined;
    const certificates = known.certificates.value && [...known.certificates.value, ...others];
    return {
      fields: { ...told(member), ...known.fields(), ...certificateFields(certificates) },
      conditions: [
        ...connected(member.health),
        ...controlPlaneHealthy(member.health, components.value),
        ...certificatesValid(certificates, this.#clock.now()),
        ...(healthy ? [known.observed()] : []),
      ],
      ...(lookAgainInMs !== undefined && { lookAgainInMs }),
    };
  }

  /** What was found out of another cluster, or by another way, is not this one's. */
  #measurementsOf(member: MemberCluster): MemberMeasurements {
    const known = this.#known.get(member);
    if (known?.uid === member.facts?.uid && known?.config === member.config && known !== undefined) {
      return known;
    }
    const fresh = new MemberMeasurements(this.#clock, this.#guard, member);
    this.#known.set(member, fresh);
    return fresh;
  }
}

/** What the member told by itself when it was probed. */
function told({ facts, health: { lastSeen } }: MemberCluster): ClusterObservation['fields'] {
  return {
    ...(facts !== undefined && { version: facts.version.replace(/^v/, ''), kubeVendor: kubeVendor(facts.version) }),
    ...(facts?.uid !== undefined && { uid: facts.uid }),
    ...(lastSeen !== undefined && { lastSeen: timestampOf(lastSeen) }),
  };
}

function certificateFields(certificates: readonly Certificate[] | undefined): ClusterObservation['fields'] {
  const first = firstToEnd(certificates ?? []);
  return { ...(certificates && { certificates }), ...(first && { certificatesExpireAt: first.notAfter }) };
}

/** Everything that is asked of one member. */
class MemberMeasurements {
  readonly uid: string | undefined;
  readonly config: MemberCluster['config'];
  readonly nodes: Measurement<NodeTotals>;
  readonly allocated: Measurement<Record<string, string>>;
  readonly components: Measurement<readonly SeenComponent[]>;
  readonly certificates: Measurement<readonly Certificate[]>;
  readonly #clock: Clock;
  readonly #guard: AddressGuard | undefined;
  #unready: readonly string[] = [];

  constructor(clock: Clock, guard: AddressGuard | undefined, { facts, config }: MemberCluster) {
    this.uid = facts?.uid;
    this.config = config;
    this.#clock = clock;
    this.#guard = guard;
    this.nodes = new Measurement(clock, intervalMs);
    this.allocated = new Measurement(clock, intervalMs);
    this.components = new Measurement(clock, (found = []) =>
      unavailable(found).length > 0 ? brokenIntervalMs : intervalMs,
    );
    this.certificates = new Measurement(clock, certificateIntervalMs);
  }

  async refresh(member: MemberCluster, signal: AbortSignal, hosts: number | undefined): Promise<void> {
    const { client, config } = member;
    const [clock, guard] = [this.#clock, this.#guard];
    const unready = this.#noteNodes(member);
    const limit = new AbortController();
    const overdue = observeErrors.ObservationTimeout(`it was not all said within ${timeLimitMs / 1000} s`);
    const timer = clock.setTimer(timeLimitMs, () => limit.abort(overdue));
    const either = AbortSignal.any([signal, limit.signal]);
    await Promise.all([
      this.nodes.refresh(() => nodeTotals(member, either)),
      this.allocated.refresh(() => allocatedResources(client, either)),
      this.components.refresh(() => controlPlaneComponents(client, either, { unready, hosts })),
      config && this.certificates.refresh(() => certificatesOf(config, { clock, guard, signal: either })),
    ]);
    timer.cancel();
  }

  /** Nodes are watched: what depends on which of them are ready is old as soon as that changes. */
  #noteNodes({ cache }: MemberCluster): readonly string[] {
    const unready = unreadyNodes(cache);
    if (unready.join() !== this.#unready.join()) {
      this.nodes.expire();
      this.components.expire();
    }
    this.#unready = unready;
    return unready;
  }

  /** In how many milliseconds there is something to find out anew that is known to be old. */
  oldForMs(): number | undefined {
    const first = Math.min(...[this.nodes, this.components].map(({ oldForMs = Infinity }) => oldForMs));
    return first === Infinity ? undefined : Math.max(1, Math.ceil(first));
  }

  fields(): ClusterObservation['fields'] {
    const { nodes, allocated, components } = this;
    const resource = {
      ...(nodes.value && { capacity: nodes.value.capacity, allocatable: nodes.value.allocatable }),
      ...(allocated.value && { allocated: allocated.value }),
    };
    return {
      ...(nodes.value && { nodes: { total: nodes.value.total, ready: nodes.value.ready } }),
      ...(Object.keys(resource).length > 0 && { resource }),
      ...(components.value && { components: components.value.map(({ component }) => component) }),
    };
  }

  observed(): ObservedCondition {
    const parts = {
      nodes: this.nodes,
      pods: this.allocated,
      components: this.components,
      certificates: this.certificates,
    };
    // That the member has gone silent meanwhile is told by its health.
    const failed = Object.entries(parts).filter(
      ([, { error }]) => error !== undefined && !isCoded(error, 'MemberNotReady', 'MemberGone'),
    );
    return observed(Object.fromEntries(failed.map(([what, { error }]) => [what, errorMessage(error)])));
  }
}
