import type { FileStat, HeldLock, Host, HostFacts, RunOptions, RunResult, Secret, WriteOutcome } from '@tke/host';
import type { Attempt, Waiting } from '@tke/plan';

import type { HostSession, JobRun, SessionRunOptions } from './host-session.ts';
import { runJob } from './run-job.ts';

export interface LockedSessionTools {
  readonly ip: string;
  readonly host: Host;
  readonly lock: HeldLock;
  /** What no message about a job may show. */
  readonly secrets: readonly Secret[];
  readonly signal: AbortSignal;
  /** Of the host, read once in a pass. */
  readonly facts: () => Promise<HostFacts>;
  /** Told every failure: it may say that the lock is lost. */
  readonly onFailure: (error: unknown) => void;
}

/** A session over a host whose lock is held. */
export class LockedSession implements HostSession {
  readonly ip: string;
  readonly #tools: LockedSessionTools;

  constructor(tools: LockedSessionTools) {
    this.ip = tools.ip;
    this.#tools = tools;
  }

  /** The same host, for what is to end with `signal` as well. */
  until(signal: AbortSignal): HostSession {
    return new LockedSession({ ...this.#tools, signal: AbortSignal.any([this.#tools.signal, signal]) });
  }

  facts(): Promise<HostFacts> {
    return this.#tools.facts();
  }

  run(argv: readonly string[], options: SessionRunOptions = {}): Promise<RunResult> {
    return this.#noted(this.#tools.host.run(argv, { ...options, ...this.#guarded }));
  }

  script(script: string, args: readonly string[] = [], options: SessionRunOptions = {}): Promise<RunResult> {
    return this.#noted(this.#tools.host.script(script, args, { ...options, ...this.#guarded }));
  }

  stat(path: string): Promise<FileStat | undefined> {
    return this.#noted(this.#tools.host.files.stat(path, this.#guarded));
  }

  read(path: string, options: Parameters<HostSession['read']>[1] = {}): Promise<Buffer | undefined> {
    return this.#noted(this.#tools.host.files.read(path, { ...options, ...this.#guarded }));
  }

  write(...[path, content, options]: Parameters<HostSession['write']>): Promise<WriteOutcome> {
    return this.#noted(this.#tools.host.files.write(path, content, { ...options, ...this.#guarded }));
  }

  upload(...[path, source, options]: Parameters<HostSession['upload']>): Promise<WriteOutcome> {
    return this.#noted(this.#tools.host.files.upload(path, source, { ...options, ...this.#guarded }));
  }

  job(attempt: Attempt, argv: readonly string[], options: JobRun): Promise<Waiting | { readonly output: string }> {
    const { host, ip, lock, secrets, signal } = this.#tools;
    return this.#noted(runJob({ host, ip, guard: lock.guard, secrets, signal }, attempt, argv, options));
  }

  get #guarded(): Required<Pick<RunOptions, 'guard' | 'signal'>> {
    return { guard: this.#tools.lock.guard, signal: this.#tools.signal };
  }

  async #noted<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      this.#tools.onFailure(error);
      throw error;
    }
  }
}
