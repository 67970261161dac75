import type { Reader } from '@tke/kube-client';
import type { Logger } from '@tke/log';
import { kindKey, keyString, type DeepReadonly, type Kind, type KubeObject, type ObjectKey } from '@tke/meta';
import { TimeSlice, systemClock, type Clock, type Random } from '@tke/time';

import type { Runnable } from '../manager/runnable.ts';
import { cacheErrors } from './errors.ts';
import { SharedInformer, type InformerContext } from './informer.ts';
import type { CacheListOptions, CacheMetrics, CacheReader, Informer, InformerOptions } from './types.ts';

export interface CacheOptions {
  readonly reader: Reader;
  readonly logger: Logger;
  /** Default: the system's. */
  readonly clock?: Clock;
  /** Default `Math.random`. */
  readonly random?: Random;
  readonly metrics?: CacheMetrics;
  /** Name of the cluster, for logs. Default: none, the hub. */
  readonly name?: string;
}

/** The informers of one cluster, and reads from them. */
export class Cache implements CacheReader, Runnable {
  readonly name: string;
  readonly #context: InformerContext;
  readonly #informers = new Map<string, SharedInformer<KubeObject>>();
  readonly #running = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  #signal: AbortSignal | undefined;

  constructor({ reader, logger, clock = systemClock, random = Math.random, metrics, name }: CacheOptions) {
    this.name = name === undefined ? 'cache' : `cache-${name}`;
    this.#context = {
      reader,
      logger: logger.withName('cache').withValues(name === undefined ? {} : { cluster: name }),
      clock,
      random,
      slice: new TimeSlice(clock),
      metrics,
    };
  }

  /** Whether the cache runs and every informer holds a complete list. */
  get synced(): boolean {
    return this.#signal !== undefined && [...this.#informers.values()].every((informer) => informer.synced);
  }

  /**
   * The resources about which the server has said nothing for longer than `limitMs`. It sends every watch a bookmark about
   * once a minute (not with `--watch-cache=false`), so that what is read of a silent resource may be out of date.
   */
  silentFor(limitMs: number): readonly string[] {
    return [...this.#informers].filter(([, { silentMs }]) => silentMs > limitMs).map(([resource]) => resource);
  }

  /** Milliseconds since the server said something about the resource that it has been silent about longest. */
  get longestSilenceMs(): number {
    return Math.max(0, ...[...this.#informers.values()].map(({ silentMs }) => silentMs));
  }

  /**
   * The informer of a kind, one per kind: made by the first call, and started at once when the cache runs. Further calls
   * add their indexes. Without options the caller takes the informer as it is; options that contradict it are an
   * `InformerConflict`, because the one or the other would miss objects without a word.
   */
  informer<T extends KubeObject>(kind: Kind<T>, options?: InformerOptions<T>): Informer<T> {
    const informer = this.#find(kind, options) ?? this.#create(kind, options ?? {});
    for (const [name, index] of Object.entries(options?.indexes ?? {})) {
      informer.addIndex(name, index);
    }
    return informer;
  }

  get<T extends KubeObject>(kind: Kind<T>, key: ObjectKey): DeepReadonly<T> | undefined {
    const { namespace, name } = key;
    const { store } = this.#readable(kind, namespace);
    return store.get(keyString(kind.namespaced && namespace !== undefined ? { namespace, name } : { name }));
  }

  list<T extends KubeObject>(kind: Kind<T>, options: CacheListOptions = {}): readonly DeepReadonly<T>[] {
    const namespace = kind.namespaced ? options.namespace : undefined;
    const { store } = this.#readable(kind, namespace);
    if (options.index !== undefined) {
      const found = store.byIndex(options.index.name, options.index.value);
      return namespace === undefined ? found : found.filter(({ metadata }) => metadata.namespace === namespace);
    }
    return namespace === undefined ? store.all() : store.inNamespace(namespace);
  }

  /** Runs every informer until the signal aborts. Rejects when an informer failed for a reason of its own: a bug. */
  async start(signal: AbortSignal): Promise<void> {
    if (this.#signal !== undefined) {
      throw cacheErrors.CacheAlreadyStarted(`${this.name} was started before`);
    }
    this.#signal = AbortSignal.any([signal, this.#stop.signal]);
    for (const informer of this.#informers.values()) {
      this.#launch(informer, this.#signal);
    }
    await aborted(this.#signal);
    await Promise.allSettled(this.#running);
    if (!signal.aborted) {
      throw this.#stop.signal.reason;
    }
  }

  /** Resolves when every informer known by now holds a complete list; handlers may still be behind. */
  async waitForSync(signal: AbortSignal): Promise<void> {
    await Promise.all([...this.#informers.values()].map((informer) => informer.waitForSync(signal)));
  }

  #find<T extends KubeObject>(kind: Kind<T>, options: InformerOptions<T> | undefined): SharedInformer<T> | undefined {
    const informer = this.#informers.get(kindKey(kind)) as SharedInformer<T> | undefined;
    if (informer === undefined) {
      return undefined;
    }
    const conflicts = [
      ...(informer.kind.version === kind.version ? [] : ['version']),
      ...(options === undefined
        ? []
        : (['namespace', 'labelSelector', 'fieldSelector'] as const).filter(
            (part) => informer.selection[part] !== options[part],
          )),
      ...(options?.transform === undefined || options.transform === informer.transform ? [] : ['transform']),
    ];
    if (conflicts.length > 0) {
      throw cacheErrors.InformerConflict(
        `the informer of ${kindKey(kind)} exists with another ${conflicts.join(' and another ')}`,
      );
    }
    return informer;
  }

  #create<T extends KubeObject>(kind: Kind<T>, options: InformerOptions<T>): SharedInformer<T> {
    const informer = new SharedInformer(kind, options, this.#context);
    this.#informers.set(kindKey(kind), informer as unknown as SharedInformer<KubeObject>);
    if (this.#signal !== undefined) {
      this.#launch(informer as unknown as SharedInformer<KubeObject>, this.#signal);
    }
    return informer;
  }

  #launch(informer: SharedInformer<KubeObject>, signal: AbortSignal): void {
    this.#running.add(informer.run(signal).catch((error: unknown) => this.#stop.abort(error)));
  }

  #readable<T extends KubeObject>(kind: Kind<T>, namespace: string | undefined): SharedInformer<T> {
    const informer = this.#informers.get(kindKey(kind)) as SharedInformer<T> | undefined;
    if (informer === undefined) {
      throw cacheErrors.KindNotCached(`${this.name} has no informer of ${kindKey(kind)}`);
    }
    if (this.#signal === undefined) {
      throw cacheErrors.CacheNotStarted(`${kindKey(kind)} was read from ${this.name} before its start`);
    }
    if (!informer.synced) {
      throw cacheErrors.CacheNotSynced(`${this.name} has not yet received the list of ${kindKey(kind)}`);
    }
    const { namespace: restriction } = informer.selection;
    if (kind.namespaced && restriction !== undefined && namespace !== undefined && namespace !== restriction) {
      throw cacheErrors.NamespaceNotCached(
        `${this.name} holds ${kindKey(kind)} of namespace ${restriction} only, not of ${namespace}`,
      );
    }
    return informer;
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
    } else {
      signal.addEventListener('abort', () => resolve(), { once: true });
    }
  });
}
