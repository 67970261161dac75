export interface Timer {
  cancel(): void;
}

/** Time as a dependency. All durations and instants are milliseconds. */
export interface Clock {
  /** Wall-clock milliseconds since the epoch. Jumps when the machine's clock is set. */
  now(): number;
  /** Milliseconds since an arbitrary start. Never jumps; the only base for measuring durations and expiry. */
  monotonic(): number;
  /** Calls `callback` once after `delayMs`. Does not keep the process alive. */
  setTimer(delayMs: number, callback: () => void): Timer;
  /** Resolves after `delayMs`; rejects with the signal's reason when it aborts first. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}

// setTimeout fires at once for delays that do not fit 31 bits (Node.js documentation of timers).
const longestTimerMs = 2 ** 31 - 1;

function setTimer(delayMs: number, callback: () => void, keepAlive: boolean): Timer {
  const handle = setTimeout(callback, Math.min(Math.max(delayMs, 0), longestTimerMs));
  if (!keepAlive) {
    handle.unref();
  }
  return { cancel: () => clearTimeout(handle) };
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer: (delayMs, callback) => setTimer(delayMs, callback, false),
  sleep: (delayMs, signal) => sleepWith((ms, callback) => setTimer(ms, callback, true), delayMs, signal),
};

/** An abortable sleep over any timer. */
export function sleepWith(
  startTimer: (delayMs: number, callback: () => void) => Timer,
  delayMs: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const onAbort = () => {
      timer.cancel();
      reject(signal?.reason as Error);
    };
    const timer = startTimer(delayMs, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
