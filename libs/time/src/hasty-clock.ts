import { systemClock, type Clock } from './clock.ts';

/** A clock that runs faster than time, for back-offs and deadlines of minutes in tests that run against real servers. */
export function hastyClock(factor: number): Clock {
  const started = systemClock.now();
  return {
    now: () => started + (systemClock.now() - started) * factor,
    monotonic: () => systemClock.monotonic() * factor,
    setTimer: (delayMs, callback) => systemClock.setTimer(delayMs / factor, callback),
    sleep: (delayMs, signal) => systemClock.sleep(delayMs / factor, signal),
  };
}
