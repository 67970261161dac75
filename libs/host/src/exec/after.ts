import type { Clock } from '@tke/time';

/** For races. Unlike a sleep it does not keep the process alive once the race is decided. */
export function after(clock: Clock, delayMs: number): Promise<undefined> {
  return new Promise((resolve) => {
    clock.setTimer(delayMs, () => resolve(undefined));
  });
}
