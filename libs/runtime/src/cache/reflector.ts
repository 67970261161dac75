import { errorMessage, isCoded } from '@tke/errors';
import { isGone, KubeTransportError, type Reader, type WatchEvent, type WatchOptions } from '@tke/kube-client';
import type { Logger } from '@tke/log';
import { kindKey, type Kind, type KubeObject } from '@tke/meta';
import type { Clock, Random } from '@tke/time';

import { cacheErrors } from './errors.ts';
import { afterError, listFrom, type ReflectorState, type Transition } from './reflector-state.ts';
import { RetryDelay } from './retry-delay.ts';
import type { CacheMetrics, Selection } from './types.ts';

/** Between `ListStarted` and `ListEnded`, what is applied and deleted builds the list; afterwards it changes the state. */
export type ReflectorEvent<T extends KubeObject> =
  | { readonly type: 'ListStarted' }
  | { readonly type: 'Applied'; readonly object: T }
  | { readonly type: 'Deleted'; readonly object: T }
  | { readonly type: 'ListEnded' };

export interface ReflectorOptions<T extends KubeObject> {
  readonly reader: Reader;
  readonly kind: Kind<T>;
  readonly selection: Selection;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics?: CacheMetrics | undefined;
}

const shortestWatchSeconds = 300;
const longestWatchSeconds = 600;
const veryShortWatchMs = 1000;
const kindNotFoundRetryMs = 10_000;
const bookmarkWarningMs = 10_000;
// Three bookmarks missed: a connection that died without a word is found out before the watch would end by itself.
const idleTimeoutMs = 180_000;

/**
 * Follows one kind for ever: a complete list, then a watch from there on, again whenever the watch cannot go on. What
 * to do after an error is decided in `reflector-state.ts`.
 */
export class Reflector<T extends KubeObject> {
  readonly #options: ReflectorOptions<T>;
  readonly #log: Logger;
  readonly #delay: RetryDelay;
  #streaming = true;
  #heardAt: number | undefined;
  #state: ReflectorState = listFrom('', true);

  constructor(options: ReflectorOptions<T>) {
    this.#options = options;
    this.#log = options.logger.withName('reflector').withValues({ resource: kindKey(options.kind) });
    this.#delay = new RetryDelay(options.clock, options.random);
  }

  /**
   * Milliseconds since the server last said something, be it that nothing changed: it sends a bookmark about once a
   * minute. Infinity before the first answer.
   */
  get silentMs(): number {
    return this.#heardAt === undefined ? Infinity : this.#options.clock.monotonic() - this.#heardAt;
  }

  /** Ends, without an error, when the signal aborts; never otherwise. */
  async *run(signal: AbortSignal): AsyncGenerator<ReflectorEvent<T>, void> {
    while (!signal.aborted) {
      try {
        yield* this.#step(signal);
      } catch (error) {
        await this.#recover(error, signal);
      }
    }
  }

  #step(signal: AbortSignal): AsyncGenerator<ReflectorEvent<T>, void> {
    const { kind, metrics } = this.#options;
    if (this.#state.at === 'Watching') {
      metrics?.watchStarted(kindKey(kind));
      return this.#watch(signal, {});
    }
    metrics?.listStarted(kindKey(kind));
    return this.#state.at === 'PagedList' ? this.#listPages(this.#state, signal) : this.#streamList(signal);
  }

  async *#streamList(signal: AbortSignal): AsyncGenerator<ReflectorEvent<T>, void> {
    yield { type: 'ListStarted' };
    const warning = this.#options.clock.setTimer(bookmarkWarningMs, () => {
      if (this.#state.at === 'StreamingList' && !signal.aborted) {
        this.#log.warn('Still waiting for the end of the initial list', { seconds: bookmarkWarningMs / 1000 });
      }
    });
    try {
      yield* this.#watch(signal, { sendInitialEvents: true });
    } finally {
      warning.cancel();
    }
  }

  /**
   * Pages of 500, so that no answer has to be held and parsed as a whole. The first list is a consistent read and not
   * client-go's `resourceVersion=0`, for which every server up to today ignores the limit (apiserver, cacher.go,
   * computeListLimit). A relist asks for NotOlderThan explicitly: with a limit and no match, a version means Exact and
   * expires.
   */
  async *#listPages(
    state: ReflectorState & { at: 'PagedList' },
    signal: AbortSignal,
  ): AsyncGenerator<ReflectorEvent<T>, void> {
    const { reader, kind, selection } = this.#options;
    yield { type: 'ListStarted' };
    let version = '';
    const pages = reader.listPages(kind, {
      ...selection,
      signal,
      ...(state.paged ? {} : { limit: 0 }),
      ...(state.from === '' ? {} : { resourceVersion: state.from, resourceVersionMatch: 'NotOlderThan' as const }),
    });
    for await (const { items, metadata } of pages) {
      this.#heardAt = this.#options.clock.monotonic();
      for (const object of items) {
        yield { type: 'Applied', object };
      }
      version = metadata.resourceVersion ?? version;
    }
    if (!signal.aborted) {
      this.#state = { at: 'Watching', from: version };
      yield { type: 'ListEnded' };
    }
  }

  async *#watch(signal: AbortSignal, extra: WatchOptions): AsyncGenerator<ReflectorEvent<T>, void> {
    const { reader, kind, selection, clock, random } = this.#options;
    const startedAt = clock.monotonic();
    let events = 0;
    const isHealthy = () => events > 0 || clock.monotonic() - startedAt >= veryShortWatchMs;
    const stream = reader.watch(kind, {
      ...selection,
      ...extra,
      signal,
      ...(this.#state.from === '' ? {} : { resourceVersion: this.#state.from }),
      idleTimeoutMs,
      timeoutSeconds: Math.floor(shortestWatchSeconds + random() * (longestWatchSeconds - shortestWatchSeconds)),
    });
    try {
      for await (const event of stream) {
        events++;
        this.#heardAt = clock.monotonic();
        yield* this.#follow(event);
      }
    } catch (error) {
      // A cut stream lost nothing, as long as there was one: the next watch starts behind the last event.
      if (!(error instanceof KubeTransportError && this.#state.at === 'Watching' && isHealthy())) {
        throw error;
      }
      this.#log.debug('Watch was cut', { error: errorMessage(error) });
    }
    this.#afterStream(isHealthy(), signal);
  }

  /** The events one event of the stream amounts to, and the state after it. */
  *#follow(event: WatchEvent<T>): Generator<ReflectorEvent<T>, void> {
    const initial = this.#state.at === 'StreamingList';
    if (event.type !== 'BOOKMARK') {
      yield { type: event.type === 'DELETED' ? 'Deleted' : 'Applied', object: event.object };
      // Initial events come in no order of versions: only the closing bookmark says where the list stands.
      if (!initial) {
        this.#state = { at: 'Watching', from: event.object.metadata.resourceVersion ?? this.#state.from };
      }
    } else if (!initial || event.initialEventsEnd) {
      this.#state = { at: 'Watching', from: event.resourceVersion };
      if (initial) {
        yield { type: 'ListEnded' };
      }
    }
  }

  #afterStream(healthy: boolean, signal: AbortSignal): void {
    if (signal.aborted) {
      return;
    }
    if (this.#state.at === 'StreamingList') {
      throw cacheErrors.StreamEndedEarly('the server ended the watch before the end of the initial list');
    }
    if (!healthy) {
      throw cacheErrors.VeryShortWatch('the server ended the watch within a second and without an event');
    }
  }

  async #recover(error: unknown, signal: AbortSignal): Promise<void> {
    if (signal.aborted) {
      return;
    }
    const from = this.#state.at;
    const transition = afterError(this.#state, error, this.#streaming);
    this.#state = transition.next;
    if (transition.streamingUnsupported === true) {
      this.#streaming = false;
    }
    const delayMs = this.#pauseMs(transition, error);
    this.#report(error, transition, { from, to: transition.next.at, delayMs: Math.round(delayMs) });
    if (delayMs > 0) {
      await this.#options.clock.sleep(delayMs, signal).catch(() => undefined);
    }
  }

  #pauseMs({ pause }: Transition, error: unknown): number {
    switch (pause) {
      case 'None':
        return 0;
      case 'KindNotFound':
        return kindNotFoundRetryMs;
      case 'Backoff': {
        const askedMs = isCoded(error) ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
        return Math.max(this.#delay.next(), askedMs);
      }
    }
  }

  #report(error: unknown, { pause, streamingUnsupported }: Transition, fields: Record<string, unknown>): void {
    if (pause === 'KindNotFound') {
      const hint = 'Is its CustomResourceDefinition installed?';
      this.#log.warn('The server does not serve this resource', { ...fields, hint });
    } else if (streamingUnsupported === true || isGone(error)) {
      this.#log.debug('Listing again', { ...fields, error: errorMessage(error) });
    } else {
      this.#log.warn('List or watch failed', { ...fields, error });
    }
  }
}
