import { systemClock, type Clock } from '@tke/time';

/** Longer than any wait for what comes at once, shorter than any poll. Milliseconds. */
const longestMs = 1_000;

/** Real time, but no poll comes due: what changes is seen by the events of the file system or not at all. */
export const withoutPolls: Clock = {
  ...systemClock,
  setTimer: (delayMs, callback) =>
    delayMs > longestMs ? { cancel: () => undefined } : systemClock.setTimer(delayMs, callback),
};
