import { hostname } from 'node:os';

import type { Client } from '@tke/kube-client';
import type { Logger } from '@tke/log';
import { systemClock, type Clock, type Random } from '@tke/time';

import type { CacheReader } from '../cache/types.ts';
import { controllerErrors } from '../controller/errors.ts';
import type { InformerSource } from '../controller/source.ts';
import { KubeEventRecorder, type EventRecorder } from '../events/recorder.ts';
import { LeaderElector, type FencingToken, type LeaderElectionOptions } from '../leader/leader-elector.ts';
import { EventLoopDelay } from '../metrics/event-loop-delay.ts';
import { RuntimeMetrics } from '../metrics/runtime-metrics.ts';
import { healthEndpoint, metricsEndpoint } from './endpoints.ts';
import { HealthChecks, type HealthCheck } from './health-checks.ts';
import type { Address, HttpEndpoint } from './http-endpoint.ts';
import { Lifecycle, type GroupName } from './lifecycle.ts';
import type { Runnable } from './runnable.ts';

export type ManagerCache = CacheReader & InformerSource & Runnable;
export type ManagerRecorder = EventRecorder & Runnable;

export interface ManagerOptions {
  readonly client: Client;
  readonly cache: ManagerCache;
  readonly logger: Logger;
  /** Qualified name of the program, under which it reports events. Default `manager`. */
  readonly name?: string;
  /** Started first and stopped last, when leadership is released and nothing emits events any more. Default a `KubeEventRecorder`. */
  readonly recorder?: ManagerRecorder;
  /** Absent: this process is always the leader. */
  readonly leaderElection?: LeaderElectionOptions;
  /** Absent: not served. */
  readonly metricsAddress?: Address;
  /** Absent: not served. */
  readonly healthAddress?: Address;
  /** Milliseconds all runnables together may take to end. Default 30,000; 0: do not wait; negative: wait for ever. */
  readonly gracefulStopMs?: number;
  /** Milliseconds a group of runnables, e.g. the caches, may take until others can rely on it. Default 120,000. */
  readonly startTimeoutMs?: number;
  /** Default new ones; given where the client must report into them before there is a manager. */
  readonly metrics?: RuntimeMetrics;
  readonly clock?: Clock;
  readonly random?: Random;
}

// As client-go's WatchDog in kube-controller-manager: the process should have ended long before.
const leaseToleranceMs = 20_000;

/** Runs controllers, servers and caches in one process, in the order in which they depend on each other. */
export class Manager {
  readonly client: Client;
  readonly cache: ManagerCache;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly metrics: RuntimeMetrics;
  readonly recorder: EventRecorder;
  readonly healthServer: HttpEndpoint | undefined;
  readonly metricsServer: HttpEndpoint | undefined;
  readonly #healthz: HealthChecks;
  readonly #readyz: HealthChecks;
  readonly #controllerNames = new Set<string>();
  readonly #elector: LeaderElector | undefined;
  readonly #lifecycle: Lifecycle;
  readonly #loopDelay: EventLoopDelay;

  constructor(options: ManagerOptions) {
    const { clock = systemClock, metrics = new RuntimeMetrics(), healthAddress, metricsAddress } = options;
    this.client = options.client;
    this.cache = options.cache;
    this.logger = options.logger;
    this.clock = clock;
    this.metrics = metrics;
    const log = this.logger.withName('manager');
    this.#healthz = new HealthChecks(log, clock);
    this.#readyz = new HealthChecks(log, clock);
    this.#loopDelay = new EventLoopDelay(clock);
    metrics.eventLoop(this.#loopDelay);
    this.#elector = this.#createElector(options);
    const recorder = options.recorder ?? this.#createRecorder(options);
    this.recorder = recorder;
    const { gracefulStopMs = 30_000, startTimeoutMs = 120_000 } = options;
    this.#lifecycle = new Lifecycle({ log, clock, gracefulStopMs, startTimeoutMs, elector: this.#elector, recorder });
    this.#lifecycle.add(this.cache, 'cache');
    this.healthServer = healthAddress && this.#serve(healthEndpoint(healthAddress, this.#healthz, this.#readyz, log));
    this.metricsServer = metricsAddress && this.#serve(metricsEndpoint(metricsAddress, metrics, log));
    this.#addOwnChecks();
  }

  /** Resolves when this process is elected, or when there is no election and it has come up. Never rejects. */
  get elected(): Promise<void> {
    return this.#lifecycle.elected;
  }

  /** Of the present term; undefined unless this process holds the lease at this very moment. */
  get fencingToken(): FencingToken | undefined {
    return this.#elector?.token;
  }

  /** Aborts when nothing may go on: the grace of a stop is over, or leadership is lost. */
  get hardStop(): AbortSignal {
    return this.#lifecycle.hardStop;
  }

  /**
   * Adds something to run, before or after the start. Default group: `leader` for what is `leaderOnly`, else `other`.
   * Throws `ManagerStopping` once the stop has begun.
   */
  add(runnable: Runnable, group: GroupName = runnable.leaderOnly === true ? 'leader' : 'other'): void {
    this.#lifecycle.add(runnable, group);
  }

  /** Adds a check to `/healthz`. */
  addHealthCheck(name: string, check: HealthCheck): void {
    this.#healthz.add(name, check);
  }

  /** Adds a check to `/readyz`. */
  addReadyCheck(name: string, check: HealthCheck): void {
    this.#readyz.add(name, check);
  }

  claimControllerName(name: string): void {
    if (this.#controllerNames.has(name)) {
      throw controllerErrors.InvalidController(
        `controller ${JSON.stringify(name)} exists already; names are the label of its metrics`,
      );
    }
    this.#controllerNames.add(name);
  }

  /**
   * Runs until `signal` aborts or something fails, then stops everything in order. Rejects with the first error of a
   * runnable, with `LeadershipLost`, or with `StopTimedOut`; the process must then exit.
   */
  async start(signal: AbortSignal): Promise<void> {
    this.#loopDelay.start();
    try {
      await this.#lifecycle.run(signal);
    } finally {
      this.#loopDelay.stop();
    }
  }

  #createElector({
    leaderElection,
    client,
    logger,
    clock = systemClock,
    random = Math.random,
  }: ManagerOptions): LeaderElector | undefined {
    if (leaderElection === undefined) {
      return undefined;
    }
    return new LeaderElector({
      ...leaderElection,
      client,
      logger,
      clock,
      random,
      metrics: this.metrics.leaderElection(leaderElection.name),
      mayRelease: () => this.#lifecycle.leaderWorkEnded,
    });
  }

  #createRecorder({
    client,
    logger,
    clock = systemClock,
    random = Math.random,
    name = 'manager',
  }: ManagerOptions): ManagerRecorder {
    const reporter = { controller: name, instance: this.#elector?.identity ?? hostname() };
    return new KubeEventRecorder({ client, reporter, logger, clock, random });
  }

  #serve(server: HttpEndpoint): HttpEndpoint {
    this.#lifecycle.add(server, 'server');
    return server;
  }

  #addOwnChecks(): void {
    this.addHealthCheck('event-loop', () => this.#loopDelay.check());
    const elector = this.#elector;
    if (elector !== undefined) {
      this.addHealthCheck('leader-election', () => elector.check(leaseToleranceMs));
    }
  }
}
