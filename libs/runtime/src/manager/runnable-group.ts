import { managerErrors } from './errors.ts';
import type { Runnable } from './runnable.ts';

/** Runnables that are started and stopped together. */
export class RunnableGroup {
  readonly name: string;
  readonly #onError: (runnable: Runnable, error: unknown) => void;
  readonly #stop = new AbortController();
  readonly #running = new Map<Runnable, Promise<void>>();
  readonly #starting = new Set<Runnable>();
  #waiting: Runnable[] = [];
  #started = false;

  constructor(name: string, onError: (runnable: Runnable, error: unknown) => void) {
    this.name = name;
    this.#onError = onError;
  }

  /** Starts it at once when the group is started already. Throws `ManagerStopping` after the stop. */
  add(runnable: Runnable): void {
    if (this.#isStopped()) {
      throw managerErrors.ManagerStopping(`${runnable.name} cannot be added: the manager is stopping`);
    }
    if (this.#started) {
      this.#launch(runnable);
    } else {
      this.#waiting.push(runnable);
    }
  }

  /** Starts all and resolves when the next group may rely on them. Does nothing after the stop. */
  async start(): Promise<void> {
    const runnables = this.#waiting;
    this.#waiting = [];
    this.#started = true;
    if (this.#isStopped()) {
      return;
    }
    for (const runnable of runnables) {
      this.#launch(runnable);
    }
    try {
      await Promise.all(runnables.map((runnable) => this.#waitForSync(runnable)));
    } catch (error) {
      if (!this.#isStopped()) {
        throw error;
      }
    }
  }

  /** Names of those that others cannot rely on yet. */
  get starting(): string[] {
    return Array.from(this.#starting, ({ name }) => name);
  }

  /** Names of those that have not ended. */
  get running(): string[] {
    return Array.from(this.#running.keys(), ({ name }) => name);
  }

  /** Aborts the signal of all. Resolves when all have ended. */
  async stop(reason: unknown): Promise<void> {
    this.#stop.abort(reason);
    await Promise.all(this.#running.values());
  }

  async #waitForSync(runnable: Runnable): Promise<void> {
    this.#starting.add(runnable);
    await runnable.waitForSync?.(this.#stop.signal);
    this.#starting.delete(runnable);
  }

  #isStopped(): boolean {
    return this.#stop.signal.aborted;
  }

  #launch(runnable: Runnable): void {
    const ended = this.#run(runnable).finally(() => this.#running.delete(runnable));
    this.#running.set(runnable, ended);
  }

  async #run(runnable: Runnable): Promise<void> {
    try {
      await runnable.start(this.#stop.signal);
    } catch (error) {
      if (!(this.#isStopped() && error === this.#stop.signal.reason)) {
        this.#onError(runnable, error);
      }
    }
  }
}
