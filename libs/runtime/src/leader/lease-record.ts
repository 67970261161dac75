import type { Lease } from '@tke/meta';

export type LeaseSpec = NonNullable<Lease['spec']>;

/** The wall clock as the API's MicroTime, which takes exactly six fractional digits and refuses a plain ISO string. */
export function microTime(epochMs: number): string {
  return new Date(epochMs).toISOString().replace('Z', '000Z');
}

export interface LeaderElectionTimes {
  /** How long others wait after the last renewal they saw before they take over. Whole seconds. Default 15,000. */
  readonly leaseDurationMs?: number;
  /** How long after its last renewal a leader keeps trying before it gives up. Default 10,000. */
  readonly renewDeadlineMs?: number;
  /** Pause between tries. Default 2,000. */
  readonly retryPeriodMs?: number;
}

/** Jitter of the tries to acquire, as client-go: candidates that start together do not stay together. */
export const acquireJitter = 1.2;

/** The rule that `times` break, or undefined. */
export function problemWith({
  leaseDurationMs,
  renewDeadlineMs,
  retryPeriodMs,
}: Required<LeaderElectionTimes>): string | undefined {
  if (retryPeriodMs <= 0) {
    return `retryPeriodMs ${retryPeriodMs} must be greater than 0`;
  }
  if (renewDeadlineMs <= retryPeriodMs * acquireJitter) {
    return `renewDeadlineMs ${renewDeadlineMs} must be greater than retryPeriodMs ${retryPeriodMs} times ${acquireJitter}`;
  }
  if (leaseDurationMs <= renewDeadlineMs) {
    return `leaseDurationMs ${leaseDurationMs} must be greater than renewDeadlineMs ${renewDeadlineMs}`;
  }
  if (leaseDurationMs % 1000 !== 0) {
    return `leaseDurationMs ${leaseDurationMs} must be whole seconds, as the Lease holds them`;
  }
  return undefined;
}
