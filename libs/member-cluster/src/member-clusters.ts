import type { RequestObserver } from '@tke/kube-client';
import type { Logger } from '@tke/log';
import type { AddressGuard } from '@tke/net';
import type { Runnable } from '@tke/runtime';
import { systemClock, type Clock, type Random } from '@tke/time';

import type { MemberAccess } from './access/cluster-access.ts';
import { healthDefaults, type HealthOptions } from './health/health.ts';
import type { MemberCluster } from './member/member-cluster.ts';
import { Member, type MemberTools } from './member/member.ts';

export interface MemberEvent {
  /** `Changed`: its state, its last error or what it told about itself. */
  readonly type: 'Joined' | 'Changed' | 'Left';
  readonly member: MemberCluster;
}

export interface MemberClustersOptions {
  /** `<program>/<version>`, for the audit logs of the members. */
  readonly userAgent: string;
  readonly logger: Logger;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly health?: HealthOptions;
  /** For one try of a call, body included. Default 30,000 ms. */
  readonly requestTimeoutMs?: number;
  /** To one address of a member, TLS included. Default 3,000 ms: several addresses fit into the time of a probe. */
  readonly connectTimeoutMs?: number;
  /** Of calls, to each address of each member; watches come on top, one per kind. Default 8. */
  readonly maxConnections?: number;
  /** Which addresses members, and proxies in front of them, may be connected to at. Default: all. */
  readonly guard?: AddressGuard;
  /** New members are probed first within so many milliseconds. Default 1,000. */
  readonly firstProbeWithinMs?: number;
  /** Called after each try of a request to a member, for metrics. Must not throw. */
  readonly onRequest?: RequestObserver;
  /** Whether only the elected leader connects to members. Default false. */
  readonly leaderOnly?: boolean;
}

/** The members there are, by the name of their Cluster. */
export class MemberClusters implements Runnable {
  readonly name = 'member-clusters';
  readonly leaderOnly: boolean;
  readonly #tools: MemberTools;
  readonly #log: Logger;
  readonly #members = new Map<string, Member>();
  readonly #running = new Set<Promise<void>>();
  readonly #handlers = new Set<(event: MemberEvent) => void>();
  #signal: AbortSignal | undefined;

  constructor({ leaderOnly = false, ...options }: MemberClustersOptions) {
    this.leaderOnly = leaderOnly;
    this.#log = options.logger.withName('member-clusters');
    const health = { ...healthDefaults, ...options.health };
    const { connectTimeoutMs = 3_000 } = options;
    this.#tools = {
      clock: systemClock,
      random: Math.random,
      maxConnections: 8,
      firstProbeWithinMs: 1_000,
      ...options,
      // A socket that is still connecting outlives the probe it was opened for: sockets of dead members would pile up.
      connectTimeoutMs: Math.min(connectTimeoutMs, health.timeoutMs),
      health,
    };
  }

  get(name: string): MemberCluster | undefined {
    return this.#members.get(name);
  }

  all(): readonly MemberCluster[] {
    return [...this.#members.values()];
  }

  /** Adds a member, or changes the way to it. Connects when started. */
  put(name: string, access: MemberAccess): void {
    this.#member(name).use(access);
  }

  /** As `put`, for a member to which there is no way, e.g. for want of a credential: unhealthy, with `error`. */
  putUnusable(name: string, error: unknown): void {
    this.#member(name).condemn(error);
  }

  /** Ends everything that concerns the member. */
  remove(name: string): void {
    const member = this.#members.get(name);
    if (member !== undefined) {
      this.#members.delete(name);
      this.#track(member.remove());
      this.#tell({ type: 'Left', member });
    }
  }

  /** Called for every member there is and for every event from then on; what it returns ends that. */
  onEvent(handler: (event: MemberEvent) => void): () => void {
    this.#handlers.add(handler);
    for (const member of this.#members.values()) {
      this.#call(handler, { type: 'Joined', member });
    }
    return () => this.#handlers.delete(handler);
  }

  /** Resolves when the signal has aborted and no member is connected any more. */
  async start(signal: AbortSignal): Promise<void> {
    this.#signal = signal;
    for (const member of this.#members.values()) {
      this.#track(member.run());
    }
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
      if (signal.aborted) {
        resolve();
      }
    });
    for (const name of [...this.#members.keys()]) {
      this.remove(name);
    }
    await Promise.all(this.#running);
  }

  #member(name: string): Member {
    const known = this.#members.get(name);
    if (known !== undefined) {
      return known;
    }
    const member: Member = new Member(name, this.#tools, () => this.#tell({ type: 'Changed', member }));
    this.#members.set(name, member);
    this.#tell({ type: 'Joined', member });
    if (this.#signal?.aborted === false) {
      this.#track(member.run());
    }
    return member;
  }

  #track(work: Promise<void>): void {
    const ended = () => this.#running.delete(tracked);
    const tracked = work.then(ended, (error: unknown) => {
      ended();
      this.#log.error('A member did not end in good order', { error });
    }) as Promise<void>;
    this.#running.add(tracked);
  }

  #tell(event: MemberEvent): void {
    for (const handler of this.#handlers) {
      this.#call(handler, event);
    }
  }

  #call(handler: (event: MemberEvent) => void, event: MemberEvent): void {
    try {
      handler(event);
    } catch (error) {
      this.#log.error('Event handler failed', { cluster: event.member.name, event: event.type, error });
    }
  }
}
