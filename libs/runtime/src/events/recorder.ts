import { isAlreadyExists, isForbidden, isNotFound, KubeApiError, type Writer } from '@tke/kube-client';
import type { Logger } from '@tke/log';
import { coreKinds, keyOf, type DeepReadonly, type EventObject, type KubeObject } from '@tke/meta';
import { systemClock, withJitter, type Clock, type Random } from '@tke/time';

import { microTime } from '../leader/lease-record.ts';
import type { Runnable } from '../manager/runnable.ts';
import type { Permission } from '../permissions.ts';
import { makeEvent, type Reporter } from './event-object.ts';
import { ObjectRateLimit } from './object-rate-limit.ts';

/** Tells people what happened to an object. Events are a courtesy: some are dropped, and nothing may depend on them. */
export interface EventRecorder {
  /**
   * Never blocks, never throws. `reason` says why (CamelCase, for machines), `action` what was done or tried, `note` is
   * for people; what exceeds the limits of the API (128, 128 characters and 1024 bytes) is cut.
   */
  event(
    regarding: DeepReadonly<KubeObject>,
    type: 'Normal' | 'Warning',
    reason: string,
    action: string,
    note: string,
  ): void;
}

export interface KubeEventRecorderOptions {
  readonly client: Pick<Writer, 'create' | 'patch'>;
  readonly reporter: Reporter;
  readonly logger: Logger;
  /** Default: the system's. */
  readonly clock?: Clock;
  /** Default `Math.random`. */
  readonly random?: Random;
}

/** What a `KubeEventRecorder` needs. */
export const eventRecorderPermissions: readonly Permission[] = [
  { group: 'events.k8s.io', resources: ['events'], verbs: ['create', 'patch'] },
];

/** An event, and how often it happened. */
interface Series {
  readonly key: string;
  readonly event: EventObject;
  count: number;
  /** Wall clock, for the API. */
  lastSeen: number;
  /** Monotonic, for the end of the series. */
  lastSeenAt: number;
  /** The count the server has; 0 before it has the event. */
  written: number;
  writtenAt: number;
  queued: boolean;
}

// client-go, tools/events/event_broadcaster.go.
const longestQueue = 1000;
const triesPerEvent = 12;
const retryMs = 10_000;
const retryJitter = 0.25;
const seriesEndMs = 360_000;
const heartbeatMs = 1_800_000;
const longestTable = 4096;
const flushMs = 5_000;

/**
 * Writes events.k8s.io/v1. An event that happens again within six minutes becomes a series: the second occurrence is
 * written, the further ones are counted, and the count follows every half hour and at the end of the series. When it is
 * stopped, what is queued is written within five seconds or lost.
 */
export class KubeEventRecorder implements EventRecorder, Runnable {
  readonly name = 'event-recorder';
  readonly #client: Pick<Writer, 'create' | 'patch'>;
  readonly #reporter: Reporter;
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #limit: ObjectRateLimit;
  /** The oldest first. */
  readonly #series = new Map<string, Series>();
  readonly #queue: Series[] = [];
  #wake: () => void = () => undefined;
  #ended = false;

  constructor({ client, reporter, logger, clock = systemClock, random = Math.random }: KubeEventRecorderOptions) {
    this.#client = client;
    this.#reporter = reporter;
    this.#log = logger.withName(this.name);
    this.#clock = clock;
    this.#random = random;
    this.#limit = new ObjectRateLimit(clock);
  }

  event(
    regarding: DeepReadonly<KubeObject>,
    type: 'Normal' | 'Warning',
    reason: string,
    action: string,
    note: string,
  ): void {
    const { namespace = '', name = '', uid = '' } = regarding.metadata;
    const object = [regarding.apiVersion, regarding.kind, namespace, name, uid].join('\0');
    // Not the note: it may carry a count or a time, and every occurrence would become an event of its own.
    const key = [object, type, reason, action].join('\0');
    const at = this.#clock.monotonic();
    const known = this.#series.get(key);
    if (known !== undefined && at - known.lastSeenAt < seriesEndMs) {
      this.#repeat(known, at);
      return;
    }
    if (this.#ended || this.#queue.length >= longestQueue || !this.#limit.allows(object)) {
      this.#log.debug('Event dropped', { kind: regarding.kind, namespace, name, reason });
      return;
    }
    this.#endSeries(known);
    const event = makeEvent(regarding, { type, reason, action, note }, this.#reporter, this.#clock, this.#random);
    const lastSeen = this.#clock.now();
    const series = { key, event, count: 1, lastSeen, lastSeenAt: at, written: 0, writtenAt: at, queued: false };
    this.#series.set(key, series);
    this.#enqueue(series);
    if (this.#series.size > longestTable) {
      this.#endSeries(this.#series.values().next().value);
    }
  }

  async start(signal: AbortSignal): Promise<void> {
    const wake = () => this.#wake();
    signal.addEventListener('abort', wake, { once: true });
    const sweep = () => {
      this.#sweep();
      timer = this.#clock.setTimer(seriesEndMs, sweep);
    };
    let timer = this.#clock.setTimer(seriesEndMs, sweep);
    while (!signal.aborted) {
      const series = this.#dequeue();
      if (series === undefined) {
        await new Promise<void>((resolve) => (this.#wake = resolve));
      } else {
        await this.#writeWithRetries(series, signal);
      }
    }
    timer.cancel();
    await this.#flush();
  }

  #repeat(series: Series, at: number): void {
    series.count++;
    series.lastSeen = this.#clock.now();
    series.lastSeenAt = at;
    if (series.count === 2) {
      this.#enqueue(series);
    }
  }

  #enqueue(series: Series): void {
    if (series.queued || series.count === series.written || this.#queue.length >= longestQueue) {
      return;
    }
    series.queued = true;
    this.#queue.push(series);
    this.#wake();
  }

  #dequeue(): Series | undefined {
    const series = this.#queue.shift();
    if (series !== undefined) {
      series.queued = false;
    }
    return series;
  }

  /** Forgets a series, once its last count is on the way. */
  #endSeries(series: Series | undefined): void {
    if (series !== undefined) {
      this.#enqueue(series);
      this.#forget(series);
    }
  }

  #forget(series: Series): void {
    if (this.#series.get(series.key) === series) {
      this.#series.delete(series.key);
    }
  }

  #sweep(): void {
    const at = this.#clock.monotonic();
    for (const series of [...this.#series.values()]) {
      if (at - series.lastSeenAt >= seriesEndMs) {
        this.#endSeries(series);
      } else if (at - series.writtenAt >= heartbeatMs) {
        this.#enqueue(series);
      }
    }
  }

  async #writeWithRetries(series: Series, signal: AbortSignal): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        await this.#write(series, signal);
        return;
      } catch (error) {
        if (signal.aborted) {
          this.#enqueue(series);
          return;
        }
        if (isNamespaceGoing(error)) {
          this.#forget(series);
          return;
        }
        if (!isPassing(error) || tries === triesPerEvent) {
          this.#forget(series);
          this.#log.warn('Event could not be written', {
            ...keyOf(series.event),
            reason: series.event.reason,
            tries,
            error,
          });
          return;
        }
      }
      await this.#clock.sleep(withJitter(retryMs, retryJitter, this.#random), signal).catch(() => undefined);
    }
  }

  async #write(series: Series, signal: AbortSignal): Promise<void> {
    const { event, count } = series;
    const repeated = count > 1 ? { series: { count, lastObservedTime: microTime(series.lastSeen) } } : {};
    if (series.written === 0 || !(await this.#patch(event, repeated, signal))) {
      try {
        await this.#client.create(coreKinds.event, { ...event, ...repeated }, { signal });
      } catch (error) {
        // An earlier try arrived, and its answer got lost.
        if (!isAlreadyExists(error) || (count > 1 && !(await this.#patch(event, repeated, signal)))) {
          throw error;
        }
      }
    }
    series.written = count;
    series.writtenAt = this.#clock.monotonic();
  }

  /** Whether the event was there: the server forgets them after an hour. */
  async #patch(event: EventObject, body: object, signal: AbortSignal): Promise<boolean> {
    try {
      await this.#client.patch(coreKinds.event, keyOf(event), { type: 'merge', body }, { signal });
      return true;
    } catch (error) {
      if (isNotFound(error)) {
        return false;
      }
      throw error;
    }
  }

  async #flush(): Promise<void> {
    this.#ended = true;
    const deadline = new AbortController();
    const timer = this.#clock.setTimer(flushMs, () => deadline.abort());
    for (const series of [...this.#series.values()]) {
      this.#endSeries(series);
    }
    for (const series of this.#queue) {
      await this.#write(series, deadline.signal).catch((error: unknown) => {
        this.#log.debug('Event lost at the end', { reason: series.event.reason, error });
      });
      if (deadline.signal.aborted) {
        break;
      }
    }
    timer.cancel();
  }
}

/** No answer, or one that a later try may not get again. What the server refuses for good would be refused again. */
function isPassing(error: unknown): boolean {
  return !(error instanceof KubeApiError) || error.httpStatus === 429 || error.httpStatus >= 500;
}

/** Whatever happens to objects of a namespace that is being deleted, nobody will read it there (plugin NamespaceLifecycle of the apiserver). */
function isNamespaceGoing(error: unknown): boolean {
  return isForbidden(error) && error.causes.some(({ reason }) => reason === 'NamespaceTerminating');
}
