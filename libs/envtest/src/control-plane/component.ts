import type { Clock } from '@tke/time';

import { errors } from '../errors.ts';
import type { Launcher } from '../process/launcher.ts';
import { stopProcess, untilReady, type ReadinessOptions } from '../process/lifecycle.ts';
import type { ProcessSpec, RunningProcess } from '../process/running-process.ts';

export interface ComponentSpec extends ProcessSpec {
  readonly probe: ReadinessOptions['probe'];
}

// A cold start takes 3 s; a busy machine with few cores takes many times that.
const readyTimeoutMs = 90_000;

/** One server of the control plane: started, broken and stopped as often as a test likes. */
export class Component {
  readonly #spec: ComponentSpec;
  readonly #launcher: Launcher;
  readonly #clock: Clock;
  #running: RunningProcess | undefined;

  constructor(spec: ComponentSpec, launcher: Launcher, clock: Clock) {
    this.#spec = spec;
    this.#launcher = launcher;
    this.#clock = clock;
  }

  get process(): RunningProcess {
    if (this.#running === undefined) {
      throw errors.ProcessExited(`${this.#spec.name} is not running`);
    }
    return this.#running;
  }

  /** Resolves when the server is ready. */
  async start(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.#running = await this.#launcher(this.#spec);
    const { probe } = this.#spec;
    await untilReady(this.#running, { probe, timeoutMs: readyTimeoutMs, clock: this.#clock, signal });
  }

  /** Resolves when the process is gone; one that does not run is fine. 0 ms of grace is SIGKILL. */
  async stop(graceMs: number): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    if (running !== undefined) {
      await stopProcess(running, { graceMs, clock: this.#clock });
    }
  }
}
