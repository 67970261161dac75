import { isNotFound, type Client } from '@tke/kube-client';
import { coreKinds, type Lease, type ObjectKey } from '@tke/meta';
import type { Clock } from '@tke/time';

import { leaderErrors } from './errors.ts';
import type { LeaseSpec } from './lease-record.ts';

export type LeaseClient = Pick<Client, 'get' | 'create' | 'update'>;

/**
 * The Lease as last seen or written, and when that was. Expiry counts from the local instant at which the
 * resourceVersion was last seen to change: the times inside come from a clock that may be wrong.
 */
export interface Observation {
  readonly lease: Lease;
  readonly spec: LeaseSpec;
  /** Monotonic milliseconds. For our own writes the instant before the request, which no other candidate can precede. */
  readonly at: number;
}

/** How long a request may take: until `signal` aborts or the monotonic instant `until`, and never past the lock's timeout. */
export interface Bounds {
  readonly signal: AbortSignal;
  readonly until: number;
}

/** Reads and writes one Lease, each request bounded in time so that one that hangs does not cost the lease. */
export class LeaseLock {
  readonly #client: LeaseClient;
  readonly #key: ObjectKey;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  #observed: Observation | undefined;

  constructor(client: LeaseClient, key: ObjectKey, clock: Clock, timeoutMs: number) {
    this.#client = client;
    this.#key = key;
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  get observed(): Observation | undefined {
    return this.#observed;
  }

  /** Reads the Lease; undefined when there is none. */
  async read(bounds: Bounds): Promise<Observation | undefined> {
    let lease: Lease;
    try {
      lease = await this.#bounded(bounds, (bound) => this.#client.get(coreKinds.lease, this.#key, { signal: bound }));
    } catch (error) {
      if (isNotFound(error)) {
        return undefined;
      }
      throw error;
    }
    const spec = lease.spec ?? {};
    const before = this.#observed;
    const unchanged = before?.lease.metadata.resourceVersion === lease.metadata.resourceVersion;
    this.#observed = { lease, spec, at: unchanged && before !== undefined ? before.at : this.#clock.monotonic() };
    return this.#observed;
  }

  /** Creates the Lease, or overwrites the version given; a conflict rejects. Resolves with the instant before the request. */
  async write(spec: LeaseSpec, current: Observation | undefined, bounds: Bounds): Promise<number> {
    const at = this.#clock.monotonic();
    const lease = await this.#bounded(bounds, (bound) => {
      const options = { signal: bound };
      return current === undefined
        ? this.#client.create(
            coreKinds.lease,
            { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { ...this.#key }, spec },
            options,
          )
        : this.#client.update(coreKinds.lease, { ...current.lease, spec }, options);
    });
    this.#observed = { lease, spec: lease.spec ?? spec, at };
    return at;
  }

  /** Gives up waiting when its time is over, even when the client does not heed its signal. */
  async #bounded<T>({ signal, until }: Bounds, request: (signal: AbortSignal) => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    const timeoutMs = Math.min(this.#timeoutMs, until - this.#clock.monotonic());
    const bound = new AbortController();
    const { promise: aborted, reject } = Promise.withResolvers<never>();
    bound.signal.addEventListener('abort', () => reject(bound.signal.reason as Error), { once: true });
    const onAbort = () => bound.abort(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    const timer = this.#clock.setTimer(timeoutMs, () =>
      bound.abort(
        leaderErrors.LeaseRequestTimedOut(
          `a request for Lease ${this.#key.name} had no answer after ${Math.round(timeoutMs)} ms`,
        ),
      ),
    );
    try {
      return await Promise.race([request(bound.signal), aborted]);
    } finally {
      timer.cancel();
      signal.removeEventListener('abort', onAbort);
    }
  }
}
