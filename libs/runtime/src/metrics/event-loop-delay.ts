import { monitorEventLoopDelay } from 'node:perf_hooks';

import { systemClock, type Clock, type Timer } from '@tke/time';

import { metricsErrors } from './errors.ts';

/** How late the event loop ran its timers, in seconds. */
export interface LoopDelay {
  readonly mean: number;
  readonly p99: number;
  readonly max: number;
}

interface Reading extends LoopDelay {
  /** The mean but for the longest: a window may begin with a stall, or hold hardly anything else. */
  readonly meanOfOthers: number;
}

const nothing: Reading = { mean: 0, p99: 0, max: 0, meanOfOthers: 0 };

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
  #last = nothing;
  /** Full windows in a row that were late on average, their longest included. */
  #lateWindows = 0;

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

  /**
   * Throws `EventLoopOverloaded` when the loop is late all the time. A single stall passes, however long it was; where two windows in a row
   * have hardly anything but one to show, the loop does nothing else.
   */
  check(): void {
    const stalls = this.#lateWindows > 1 ? this.#last.mean : 0;
    const mean = Math.max(this.#read().meanOfOthers, this.#last.meanOfOthers, stalls);
    if (mean > unhealthyMeanSeconds) {
      throw metricsErrors.EventLoopOverloaded(`the event loop is ${mean.toFixed(1)} s late on average`);
    }
  }

  #schedule(): void {
    this.#timer = this.#clock.setTimer(windowMs, () => {
      this.#last = this.#read();
      this.#lateWindows = this.#last.mean > unhealthyMeanSeconds ? this.#lateWindows + 1 : 0;
      this.#histogram.reset();
      this.#schedule();
    });
  }

  #read(): Reading {
    const { mean, max, count } = this.#histogram;
    if (count === 0) {
      return nothing;
    }
    return {
      mean: lateness(mean),
      p99: lateness(this.#histogram.percentile(99)),
      max: lateness(max),
      meanOfOthers: count === 1 ? 0 : lateness((mean * count - max) / (count - 1)),
    };
  }
}

// The histogram holds the whole interval between two ticks in nanoseconds, of which the resolution is no delay.
function lateness(intervalNs: number): number {
  return Math.max(0, intervalNs / 1e6 - resolutionMs) / 1000;
}
