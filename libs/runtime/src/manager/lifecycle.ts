import type { Logger } from '@tke/log';
import type { Clock } from '@tke/time';

import type { LeaderElector } from '../leader/leader-elector.ts';
import { managerErrors } from './errors.ts';
import { RunnableGroup } from './runnable-group.ts';
import type { Runnable } from './runnable.ts';

/**
 * The order of the start. Servers come first, because a process that does not answer its probes is killed while its
 * caches fill; webhooks come before caches, because listing a kind whose conversion webhook is in this very process
 * would wait for ever (controller-runtime, pkg/manager/internal.go).
 */
const startOrder = ['server', 'webhook', 'cache', 'other', 'leader'] as const;

/** What needs others ends before them: workers before the caches they read, those before the webhooks. */
const stopOrder = ['other', 'leader', 'cache', 'webhook', 'server'] as const;

export type GroupName = (typeof startOrder)[number];

export interface LifecycleOptions {
  readonly log: Logger;
  readonly clock: Clock;
  readonly gracefulStopMs: number;
  readonly startTimeoutMs: number;
  readonly elector: LeaderElector | undefined;
  readonly recorder: Runnable;
}

// Longer than a recorder takes to write what is queued.
const flushMs = 10_000;

/** Starts and stops groups of runnables in order. The first error of any of them is the end of all. */
export class Lifecycle {
  readonly #options: LifecycleOptions;
  readonly #log: Logger;
  readonly #groups: Readonly<Record<GroupName, RunnableGroup>>;
  readonly #recorder: RunnableGroup;
  readonly #hardStop = new AbortController();
  readonly #leaderStop = new AbortController();
  readonly #elected = Promise.withResolvers<undefined>();
  readonly #end = Promise.withResolvers<unknown>();
  #election: Promise<void> = Promise.resolve();
  #graceMs: number;
  #failure: unknown;
  #state: 'new' | 'running' | 'stopping' = 'new';

  constructor(options: LifecycleOptions) {
    this.#options = options;
    this.#log = options.log;
    this.#graceMs = options.gracefulStopMs;
    const onError = (runnable: Runnable, error: unknown) => this.#fail(error, runnable.name);
    const group = (name: string) => new RunnableGroup(name, onError);
    this.#groups = {
      server: group('server'),
      webhook: group('webhook'),
      cache: group('cache'),
      other: group('other'),
      leader: group('leader'),
    };
    this.#recorder = group('recorder');
    this.#recorder.add(options.recorder);
  }

  get elected(): Promise<undefined> {
    return this.#elected.promise;
  }

  get hardStop(): AbortSignal {
    return this.#hardStop.signal;
  }

  get leaderWorkEnded(): boolean {
    return this.#groups.leader.running.length === 0;
  }

  add(runnable: Runnable, group: GroupName): void {
    if (this.#state === 'stopping') {
      throw managerErrors.ManagerStopping(`${runnable.name} cannot be added: the manager is stopping`);
    }
    this.#groups[group].add(runnable);
  }

  async run(signal: AbortSignal): Promise<void> {
    if (this.#state !== 'new') {
      throw managerErrors.ManagerStartedTwice('the manager was started a second time');
    }
    this.#state = 'running';
    const onAbort = () => this.#end.resolve(undefined);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) {
      onAbort();
    }
    // Node.js ends a process in which nothing but promises are left, without a word.
    const keepAlive = setInterval(() => undefined, 2 ** 30);
    void this.#bringUp();
    const failure = await this.#end.promise;
    clearInterval(keepAlive);
    signal.removeEventListener('abort', onAbort);
    const timedOut = await this.#stop(failure ?? signal.reason);
    const error = failure ?? timedOut;
    if (error !== undefined) {
      throw error as Error;
    }
  }

  async #bringUp(): Promise<void> {
    try {
      await this.#recorder.start();
      for (const name of startOrder) {
        if (this.#state === 'stopping') {
          return;
        }
        if (name === 'leader') {
          this.#election = this.#runElection();
        } else {
          await this.#startInTime(this.#groups[name]);
        }
      }
    } catch (error) {
      this.#fail(error, 'start');
    }
  }

  async #startInTime(group: RunnableGroup): Promise<void> {
    const { startTimeoutMs } = this.#options;
    if (!(await this.#within(startTimeoutMs, group.start()))) {
      throw managerErrors.StartTimedOut(`not ready after ${startTimeoutMs / 1000} s: ${group.starting.join(', ')}`);
    }
  }

  async #runElection(): Promise<void> {
    const { elector } = this.#options;
    if (elector === undefined) {
      this.#startLeading();
      return;
    }
    try {
      await elector.run(this.#leaderStop.signal, () => this.#startLeading());
    } catch (error) {
      // Another process may lead by now: whatever is under way must end at once.
      this.#graceMs = 0;
      this.#hardStop.abort(error);
      this.#fail(error, 'leader election');
    }
  }

  #startLeading(): void {
    if (this.#state === 'stopping') {
      return;
    }
    this.#elected.resolve(undefined);
    this.#groups.leader.start().catch((error: unknown) => this.#fail(error, 'leader'));
  }

  #fail(error: unknown, name: string): void {
    if (error === this.#failure) {
      return;
    }
    if (this.#state === 'stopping') {
      this.#log.warn('Error after the stop began', { runnable: name, error });
      return;
    }
    this.#failure = error;
    this.#log.error('Stopping because of an error', { runnable: name, error });
    this.#end.resolve(error);
  }

  /** Returns the error of a stop that took too long. */
  async #stop(reason: unknown): Promise<Error | undefined> {
    this.#state = 'stopping';
    this.#log.info('Stopping');
    const unended = await this.#stopGroups(reason);
    this.#leaderStop.abort(reason);
    if (!this.#hardStop.signal.aborted) {
      await this.#election;
    }
    await this.#within(this.#graceMs === 0 ? 0 : flushMs, this.#recorder.stop(reason));
    this.#log.info('Stopped', { unended });
    if (unended.length === 0 || this.#graceMs === 0) {
      return undefined;
    }
    return managerErrors.StopTimedOut(`not ended within ${this.#graceMs / 1000} s of the stop: ${unended.join(', ')}`);
  }

  /** Stops group after group within the grace; what is left is told to end at once, and named. */
  async #stopGroups(reason: unknown): Promise<string[]> {
    const inOrder = async () => {
      for (const name of stopOrder) {
        await this.#groups[name].stop(reason);
      }
    };
    if (this.#graceMs !== 0 && (await this.#within(this.#graceMs, inOrder()))) {
      return [];
    }
    const unended = stopOrder.flatMap((name) => this.#groups[name].running);
    this.#hardStop.abort(reason);
    for (const name of stopOrder) {
      void this.#groups[name].stop(reason);
    }
    return unended;
  }

  /** Whether `work` ended within the time (negative: for ever) and before a hard stop. */
  async #within(durationMs: number, work: Promise<void>): Promise<boolean> {
    const over = new AbortController();
    const { promise: cut, resolve } = Promise.withResolvers<false>();
    const onCut = () => resolve(false);
    this.#hardStop.signal.addEventListener('abort', onCut, { once: true });
    if (durationMs >= 0) {
      this.#options.clock.sleep(durationMs, over.signal).then(onCut, onCut);
    }
    try {
      return await Promise.race([work.then(() => true), cut]);
    } finally {
      over.abort();
      this.#hardStop.signal.removeEventListener('abort', onCut);
    }
  }
}
