import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';

import { errorMessage, isCoded } from '@tke/errors';
import type { Logger } from '@tke/log';
import { systemClock, withJitter, type Clock, type Random } from '@tke/time';

import type { LeaderMetrics } from '../metrics/runtime-metrics.ts';
import type { Permission } from '../permissions.ts';
import { leaderErrors } from './errors.ts';
import { LeaseLock, type Bounds, type LeaseClient, type Observation } from './lease-lock.ts';
import { acquireJitter, microTime, problemWith, type LeaderElectionTimes, type LeaseSpec } from './lease-record.ts';

export interface LeaderElectionOptions extends LeaderElectionTimes {
  readonly namespace: string;
  /** Name of the Lease, and of its metrics. */
  readonly name: string;
  /** Must differ between processes. Default `<hostname>_<uuid>`. */
  readonly identity?: string;
}

export interface LeaderElectorSetup extends LeaderElectionOptions {
  readonly client: LeaseClient;
  readonly logger: Logger;
  readonly metrics?: LeaderMetrics;
  readonly clock?: Clock;
  readonly random?: Random;
  /** Asked on a stop: false leaves the Lease to expire, as something it guards is still running. Default true. */
  readonly mayRelease?: () => boolean;
}

/** What a `LeaderElector` needs. `create` cannot be limited to a name. */
export function leaderElectionPermissions({ namespace, name }: LeaderElectionOptions): readonly Permission[] {
  const leases = { group: 'coordination.k8s.io', resources: ['leases'], namespace };
  return [
    { ...leases, verbs: ['create'] },
    { ...leases, verbs: ['get', 'update'], resourceNames: [name] },
  ];
}

/**
 * Identifies one term. `version` is the resourceVersion the Lease got when the term began: of two terms the later has the
 * greater one by `compareResourceVersions`, also when somebody deleted the Lease in between, after which `transitions`
 * starts again. Only an etcd that is restored without raising its revision breaks that.
 */
export interface FencingToken {
  readonly identity: string;
  readonly transitions: number;
  readonly version: string;
}

interface Term {
  readonly token: FencingToken;
  readonly acquireTime: string;
}

/**
 * Leader election on a Lease with the timing of client-go. It keeps two processes from leading at the same time as long
 * as their clocks run at the same speed; it cannot stop a request that a former leader has already sent.
 */
export class LeaderElector {
  readonly identity: string;
  readonly #setup: LeaderElectorSetup;
  readonly #times: Required<LeaderElectionTimes>;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #lock: LeaseLock;
  #term: Term | undefined;
  /** Monotonic instant before the last write that made or kept us leader. */
  #renewedAt = -Infinity;
  #reportedHolder: string | undefined;
  #reportedProblem: string | undefined;

  /** Throws `InvalidLeaderElection` when the durations do not fit together. */
  constructor(setup: LeaderElectorSetup) {
    const { client, namespace, name, clock = systemClock, identity = `${hostname()}_${randomUUID()}` } = setup;
    const { leaseDurationMs = 15_000, renewDeadlineMs = 10_000, retryPeriodMs = 2_000 } = setup;
    this.#times = { leaseDurationMs, renewDeadlineMs, retryPeriodMs };
    const problem = identity === '' ? 'identity must not be empty' : problemWith(this.#times);
    if (problem !== undefined) {
      throw leaderErrors.InvalidLeaderElection(`leader election ${namespace}/${name}: ${problem}`);
    }
    this.identity = identity;
    this.#setup = setup;
    this.#clock = clock;
    this.#log = setup.logger.withName('leader').withValues({ lease: `${namespace}/${name}`, identity });
    // One hung request must leave time for another try (controller-runtime, pkg/leaderelection).
    this.#lock = new LeaseLock(client, { namespace, name }, clock, Math.max(1000, renewDeadlineMs / 2));
  }

  /** Who leads as far as this process has seen; undefined before the first look or when nobody does. */
  get holder(): string | undefined {
    const { holderIdentity = '' } = this.#lock.observed?.spec ?? {};
    return holderIdentity === '' ? undefined : holderIdentity;
  }

  /** The token of the present term, undefined unless this process leads at this very moment. */
  get token(): FencingToken | undefined {
    return this.#clock.monotonic() < this.#renewedAt + this.#times.leaseDurationMs ? this.#term?.token : undefined;
  }

  /**
   * Waits to be elected, calls `onElected` once and leads until `signal` aborts, then releases the Lease and resolves.
   * Rejects with `LeadershipLost` when the Lease could not be renewed in time or is another's.
   */
  async run(signal: AbortSignal, onElected: (token: FencingToken) => void): Promise<void> {
    const { metrics } = this.#setup;
    const term = await this.#acquire(signal);
    if (term === undefined) {
      return;
    }
    try {
      this.#ensureInTime();
      metrics?.setLeading(true);
      this.#log.info('Became leader', { transitions: term.token.transitions });
      onElected(term.token);
      await this.#hold(term, signal);
      await this.#release(term);
    } finally {
      this.#term = undefined;
      metrics?.setLeading(false);
    }
  }

  /** Throws when this process leads by its own account, but its Lease is expired by more than the tolerance. */
  check(toleranceMs: number): void {
    const age = this.#clock.monotonic() - this.#renewedAt;
    if (this.#term !== undefined && age > this.#times.leaseDurationMs + toleranceMs) {
      throw leaderErrors.LeadershipLost(
        `Lease ${this.#setup.name} was not renewed for ${age} ms, and still this process runs`,
      );
    }
  }

  async #acquire(signal: AbortSignal): Promise<Term | undefined> {
    const { random = Math.random } = this.#setup;
    this.#log.info('Waiting to be leader');
    while (!signal.aborted) {
      if (await this.#attempt(() => this.#tryAcquire({ signal, until: Infinity }), signal)) {
        return this.#term;
      }
      await this.#pause(withJitter(this.#times.retryPeriodMs, acquireJitter, random), signal);
    }
    return undefined;
  }

  async #tryAcquire(bounds: Bounds): Promise<boolean> {
    const current = await this.#lock.read(bounds);
    this.#reportHolder();
    if (current !== undefined && this.#isHeld(current)) {
      return false;
    }
    const transitions = current === undefined ? 0 : (current.spec.leaseTransitions ?? 0) + 1;
    const acquireTime = microTime(this.#clock.now());
    this.#renewedAt = await this.#lock.write(this.#record(transitions, acquireTime), current, bounds);
    const version = this.#lock.observed?.lease.metadata.resourceVersion ?? '';
    this.#term = { token: { identity: this.identity, transitions, version }, acquireTime };
    this.#reportedHolder = this.identity;
    return true;
  }

  #isHeld({ spec, at }: Observation): boolean {
    const { holderIdentity = '', leaseDurationSeconds = 0 } = spec;
    const expired = at + leaseDurationSeconds * 1000 <= this.#clock.monotonic();
    return holderIdentity !== '' && holderIdentity !== this.identity && !expired;
  }

  async #hold(term: Term, signal: AbortSignal): Promise<void> {
    let nextAt = this.#clock.monotonic() + this.#times.retryPeriodMs;
    for (;;) {
      const now = this.#clock.monotonic();
      await this.#pause(Math.min(nextAt, this.#deadline) - now, signal);
      if (signal.aborted) {
        return;
      }
      this.#ensureInTime();
      nextAt = this.#clock.monotonic() + this.#times.retryPeriodMs;
      await this.#attempt(() => this.#renew(term, { signal, until: this.#deadline }), signal);
    }
  }

  get #deadline(): number {
    return this.#renewedAt + this.#times.renewDeadlineMs;
  }

  /** Counted from the last success, so that a process that was frozen gives up before it does anything else. */
  #ensureInTime(): void {
    if (this.#clock.monotonic() >= this.#deadline) {
      throw leaderErrors.LeadershipLost(
        `Lease ${this.#setup.name} could not be renewed within ${this.#times.renewDeadlineMs / 1000} s: ${this.#reportedProblem ?? 'the process stood still'}`,
      );
    }
  }

  async #renew({ token, acquireTime }: Term, bounds: Bounds): Promise<boolean> {
    this.#renewedAt = await this.#overwrite(this.#record(token.transitions, acquireTime), token, bounds);
    return true;
  }

  /** Writes over our own record: first on the version last seen, and if that fails on the one that is there. */
  async #overwrite(spec: LeaseSpec, { transitions }: FencingToken, bounds: Bounds): Promise<number> {
    try {
      return await this.#lock.write(spec, this.#lock.observed, bounds);
    } catch (error) {
      this.#log.debug('Optimistic write of the lease failed', { error });
    }
    this.#setup.metrics?.slowPath();
    const current = await this.#lock.read(bounds);
    if (current !== undefined && !this.#isOurs(current.spec, transitions)) {
      this.#reportHolder();
      throw leaderErrors.LeadershipLost(`Lease ${this.#setup.name} is held by ${this.holder ?? 'nobody'}`);
    }
    return this.#lock.write(spec, current, bounds);
  }

  /** An empty holder within our own term is a Lease that somebody cleared by hand: nobody else has led since. */
  #isOurs({ holderIdentity = '', leaseTransitions = 0 }: LeaseSpec, transitions: number): boolean {
    return (holderIdentity === this.identity || holderIdentity === '') && leaseTransitions === transitions;
  }

  async #release({ token }: Term): Promise<void> {
    const { mayRelease = () => true } = this.#setup;
    if (!mayRelease()) {
      this.#log.warn('Lease not released: what it guards has not ended');
      return;
    }
    const now = microTime(this.#clock.now());
    const spec = {
      holderIdentity: '',
      leaseDurationSeconds: 1,
      acquireTime: now,
      renewTime: now,
      leaseTransitions: token.transitions,
    };
    try {
      await this.#overwrite(spec, token, { signal: new AbortController().signal, until: this.#deadline });
      this.#log.info('Released the lease');
    } catch (error) {
      this.#log.warn('Could not release the lease; it will expire', { error });
    }
  }

  #record(leaseTransitions: number, acquireTime: string): LeaseSpec {
    return {
      holderIdentity: this.identity,
      leaseDurationSeconds: this.#times.leaseDurationMs / 1000,
      acquireTime,
      renewTime: microTime(this.#clock.now()),
      leaseTransitions,
    };
  }

  /** Runs one try; what fails is logged once and tried again later, except the loss of leadership. */
  async #attempt(action: () => Promise<boolean>, signal: AbortSignal): Promise<boolean> {
    try {
      const succeeded = await action();
      this.#reportedProblem = undefined;
      return succeeded;
    } catch (error) {
      if (isCoded(error, 'LeadershipLost')) {
        throw error;
      }
      if (!signal.aborted && this.#reportedProblem !== errorMessage(error)) {
        this.#reportedProblem = errorMessage(error);
        this.#log.warn('Lease request failed', { error });
      }
      return false;
    }
  }

  #reportHolder(): void {
    if (this.holder !== this.#reportedHolder) {
      this.#reportedHolder = this.holder;
      this.#log.info('Saw another leader', { holder: this.holder });
    }
  }

  /** Sleeps unless it is aborted. */
  async #pause(delayMs: number, signal: AbortSignal): Promise<void> {
    try {
      await this.#clock.sleep(delayMs, signal);
    } catch {
      // The caller looks at the signal.
    }
  }
}
