import type { Logger } from '@tke/log';
import { kindKey, type Kind, type KubeObject } from '@tke/meta';
import type { Clock } from '@tke/time';

import type { CacheReader } from '../cache/types.ts';
import type { Runnable } from '../manager/runnable.ts';
import type { RuntimeMetrics } from '../metrics/runtime-metrics.ts';
import type { Reconciler } from '../reconcile.ts';
import { Controller, type ControllerOptions } from './controller.ts';
import { controllerErrors } from './errors.ts';
import { controllingOwner, itself, type Mapper } from './mappers.ts';
import { and, type Predicate } from './predicates.ts';
import { kindSource, type InformerSource, type Source } from './source.ts';

/** What a controller needs of its manager. */
export interface ControllerHost {
  readonly cache: InformerSource & Pick<CacheReader, 'list'>;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly metrics: RuntimeMetrics;
  /** Aborts when nothing may go on: grace is over, or leadership is lost. */
  readonly hardStop: AbortSignal;
  add(runnable: Runnable): void;
  /** Throws `InvalidController` when another controller of this manager has the name. */
  claimControllerName(name: string): void;
}

export interface WatchOptions<T extends KubeObject> {
  /** All of them must let an event pass, besides those of `withPredicates`. They do not shrink the cache. */
  readonly predicates?: readonly Predicate<T>[];
}

/** Starts the declaration of a controller. The name is the label of its metrics: lower-case letters, digits and `-`. */
export function controllerFor(host: ControllerHost, name: string): ControllerBuilder {
  return new ControllerBuilder(host, name);
}

const validName = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;

export class ControllerBuilder {
  readonly #host: ControllerHost;
  readonly #name: string;
  readonly #sources: ((common: readonly Predicate[]) => Source)[] = [];
  readonly #owned: [kind: Kind, options: WatchOptions<KubeObject>][] = [];
  #reconciled: Kind | undefined;
  #predicates: readonly Predicate[] = [];
  #options: ControllerOptions = {};

  constructor(host: ControllerHost, name: string) {
    this.#host = host;
    this.#name = name;
  }

  /** The kind that is reconciled. At most once. */
  for<T extends KubeObject>(kind: Kind<T>, options: WatchOptions<T> = {}): this {
    if (this.#reconciled !== undefined) {
      throw this.#invalid(`is for ${this.#reconciled.kind} and for ${kind.kind}; one kind is reconciled`);
    }
    this.#reconciled = kind;
    return this.watches(kind, itself, options);
  }

  /** Reconciles the controlling owner when one of its objects of this kind changes. Needs `for`. */
  owns<T extends KubeObject>(kind: Kind<T>, options: WatchOptions<T> = {}): this {
    this.#owned.push([kind, options as WatchOptions<KubeObject>]);
    return this;
  }

  watches<T extends KubeObject>(kind: Kind<T>, map: Mapper<T>, { predicates = [] }: WatchOptions<T> = {}): this {
    this.#sources.push((common) => {
      const predicate = and<T>(...(common as readonly Predicate<T>[]), ...predicates);
      return kindSource({ cache: this.#host.cache, kind, map, predicate });
    });
    return this;
  }

  /** Requests from anything but the manager's cache: another cluster's, a timer, a remote system. */
  watchesSource(source: Source): this {
    this.#sources.push(() => source);
    return this;
  }

  /** Predicates for every watched kind. */
  withPredicates(...predicates: readonly Predicate[]): this {
    this.#predicates = predicates;
    return this;
  }

  withOptions(options: ControllerOptions): this {
    this.#options = options;
    return this;
  }

  /** Adds the controller to the manager. Throws `InvalidController` when the declaration is incomplete. */
  complete(reconciler: Reconciler): Controller {
    if (!validName.test(this.#name)) {
      throw this.#invalid(
        'must be named with lower-case letters, digits and `-`, beginning and ending with a letter or digit',
      );
    }
    this.#addOwned();
    if (this.#sources.length === 0) {
      throw this.#invalid('watches nothing; call for(), watches() or watchesSource()');
    }
    this.#host.claimControllerName(this.#name);
    this.#count();
    const controller = new Controller({
      ...this.#options,
      name: this.#name,
      reconciler,
      sources: this.#sources.map((create) => create(this.#predicates)),
      logger: this.#host.logger,
      metrics: this.#host.metrics,
      clock: this.#host.clock,
      hardStop: this.#host.hardStop,
    });
    this.#host.add(controller);
    return controller;
  }

  #count(): void {
    const { metrics, cache } = this.#host;
    const kind = this.#reconciled;
    if (kind !== undefined) {
      metrics.objects.track(kindKey(kind), () => cache.list(kind));
    }
  }

  #addOwned(): void {
    for (const [kind, options] of this.#owned) {
      if (this.#reconciled === undefined) {
        throw this.#invalid(`owns ${kind.kind}, but no owner kind was named; call for()`);
      }
      this.watches(kind, controllingOwner(this.#reconciled), options);
    }
  }

  #invalid(problem: string): Error {
    return controllerErrors.InvalidController(`controller ${JSON.stringify(this.#name)} ${problem}`);
  }
}
