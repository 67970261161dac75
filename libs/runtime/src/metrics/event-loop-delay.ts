import { monitorEventLoopDelay } from 'node:perf_hooks';

import { systemClock, type Clock, type Timer } from '@tke/time';

import { metricsErrors } from './errors.ts';

/** How late the event loop ran its timers, in seconds. */
export interface LoopDelay {
  readonly mean: number;
  readonly p99: number;
  readonly max: number;
}

type DelayHistogram = ReturnType<typeof monitorEventLoopDelay>;

const resolutionMs = 20;
const windowMs = 15_000;
// Sustained over a window, this starves the renewal of the lease and every probe.
const unhealthyMeanSeconds = 1;

/**
 * Measures the delay of the event loop over the last 15 to 30 seconds. Everything in the process shares that loop,
 * the renewal of the leader lease too: a stall of the renew deadline costs the leadership.
 */
export class EventLoopDelay {
  readonly #clock: Clock;
  readonly #histogram: DelayHistogram;
  #timer: Timer | undefined;
  #last: LoopDelay = { mean: 0, p99: 0, max: 0 };

  constructor(
    clock: Clock = systemClock,
    histogram: DelayHistogram = monitorEventLoopDelay({ resolution: resolutionMs }),
  ) {
    this.#clock = clock;
    this.#histogram = histogram;
  }

  start(): void {
    this.#histogram.enable();
    this.#schedule();
  }

  stop(): void {
    this.#histogram.disable();
    this.#timer?.cancel();
  }

  /** The worse of the last full window and the running one. */
  current(): LoopDelay {
    const running = this.#read();
    return {
      mean: Math.max(running.mean, this.#last.mean),
      p99: Math.max(running.p99, this.#last.p99),
      max: Math.max(running.max, this.#last.max),
    };
  }

  /** Throws `EventLoopOverloaded` when the loop is late all the time; a single stall passes. */
  check(): void {
    const { mean } = this.current();
    if (mean > unhealthyMeanSeconds) {
      throw metricsErrors.EventLoopOverloaded(`the event loop is ${mean.toFixed(1)} s late on average`);
    }
  }

  #schedule(): void {
    this.#timer = this.#clock.setTimer(windowMs, () => {
      this.#last = this.#read();
      this.#histogram.reset();
      this.#schedule();
    });
  }

  #read(): LoopDelay {
    const { mean, max, count } = this.#histogram;
    return count === 0
      ? { mean: 0, p99: 0, max: 0 }
      : { mean: lateness(mean), p99: lateness(this.#histogram.percentile(99)), max: lateness(max) };
  }
}

// The histogram holds the whole interval between two ticks in nanoseconds, of which the resolution is no delay.
function lateness(intervalNs: number): number {
  return Math.max(0, intervalNs / 1e6 - resolutionMs) / 1000;
}
