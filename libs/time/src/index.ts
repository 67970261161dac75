export { abortable } from './abortable.ts';
export { FakeClock } from './fake-clock.ts';
export { hastyClock } from './hasty-clock.ts';
export { ShiftedClock } from './shifted-clock.ts';
export { systemClock } from './clock.ts';
export type { Clock, Timer } from './clock.ts';
export { exponentialDelay, withJitter } from './backoff.ts';
export type { BackoffOptions, Random } from './backoff.ts';
export { TimeSlice } from './time-slice.ts';
