export type JobState =
  | { readonly state: 'running' }
  | {
      readonly state: 'exited';
      readonly exitCode: number;
      /** By the clock of the host. */
      readonly startedMs: number;
      readonly endedMs: number;
      /** The time limit ended it. */
      readonly timedOut: boolean;
      readonly cancelled: boolean;
    }
  /** It ran, does not, and left no exit code: the host rebooted, or somebody killed it. */
  | { readonly state: 'vanished' };

/** Exit codes of `timeout` when the time was over: 124, or 137 when it took SIGKILL. A command may have them too. */
const timeoutCodes = [124, 137];

/** Reads `running`, `vanished`, or `exited <code> <start> <end> <limit> <how>`. */
export function parseJobState(line: string): JobState {
  const [state, ...rest] = line.trim().split(' ');
  if (state !== 'exited') {
    return { state: state === 'running' ? 'running' : 'vanished' };
  }
  const [exitCode = NaN, start = NaN, end = NaN, limit = NaN] = rest.slice(0, 4).map(Number);
  return {
    state,
    exitCode,
    startedMs: start * 1000,
    endedMs: end * 1000,
    // Both instants are whole seconds.
    timedOut: timeoutCodes.includes(exitCode) && end - start >= limit - 1,
    cancelled: rest[4] === 'cancelled',
  };
}
