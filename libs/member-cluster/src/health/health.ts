import { describeError, type ErrorDescription } from '@tke/errors';
import { exponentialDelay, withJitter, type Random } from '@tke/time';

/**
 * `Unknown`: not enough probes for a verdict. `Healthy`: the last probe was answered. `Suspect`: it was not, after ones that
 * were. `Unhealthy`: so many were not that it is a verdict.
 */
export type HealthState = 'Unknown' | 'Healthy' | 'Suspect' | 'Unhealthy';

export interface Health {
  readonly state: HealthState;
  /** When it entered the state; milliseconds since the epoch, as all instants here. */
  readonly since: number;
  /** When the last probe that was answered was sent: what is known of the member is at least as old. */
  readonly lastSeen?: number;
  /** Of the last probe, absent when it was answered. */
  readonly lastError?: ErrorDescription;
  /** Unanswered probes in a row. */
  readonly failures: number;
}

export interface HealthOptions {
  /** Between probes of a healthy member. Default 10,000 ms. */
  readonly intervalMs?: number;
  /** Of one probe. Default 5,000 ms. */
  readonly timeoutMs?: number;
  /** Unanswered probes in a row that make a verdict. Default 3. */
  readonly failureThreshold?: number;
  /** Between the probes that lead to a verdict. Default 2,000 ms. */
  readonly retryMs?: number;
  /** What the time between probes of an unhealthy member grows to. Default 60,000 ms. */
  readonly longestIntervalMs?: number;
  /** Share of each wait that is added at random, so that members are not probed in step. Default 0.3. */
  readonly jitter?: number;
}

export const healthDefaults = {
  intervalMs: 10_000,
  timeoutMs: 5_000,
  failureThreshold: 3,
  retryMs: 2_000,
  longestIntervalMs: 60_000,
  jitter: 0.3,
} as const satisfies Required<HealthOptions>;

export type HealthSettings = Required<HealthOptions>;

export type ProbeResult =
  { readonly answered: true; readonly sentAt: number } | { readonly answered: false; readonly error: unknown };

export function unknownHealth(now: number): Health {
  return { state: 'Unknown', since: now, failures: 0 };
}

export function afterProbe(
  health: Health,
  result: ProbeResult,
  now: number,
  { failureThreshold }: HealthSettings,
): Health {
  if (result.answered) {
    return { ...entered(health, 'Healthy', now), lastSeen: result.sentAt, failures: 0 };
  }
  const failures = health.failures + 1;
  const state = failures >= failureThreshold ? 'Unhealthy' : health.state === 'Healthy' ? 'Suspect' : health.state;
  return { ...entered(health, state, now), failures, lastError: describeError(result.error) };
}

/** What is known without a probe, e.g. that there is no credential. */
export function unusable(health: Health, error: unknown, now: number): Health {
  return { ...entered(health, 'Unhealthy', now), failures: health.failures, lastError: describeError(error) };
}

export function nextProbeMs(health: Health, settings: HealthSettings, random: Random): number {
  return withJitter(waitMs(health, settings), settings.jitter, random);
}

function waitMs({ state, failures }: Health, settings: HealthSettings): number {
  const { intervalMs, retryMs, failureThreshold, longestIntervalMs } = settings;
  switch (state) {
    case 'Healthy':
      return intervalMs;
    case 'Unknown':
    case 'Suspect':
      return retryMs;
    case 'Unhealthy':
      return exponentialDelay(Math.max(0, failures - failureThreshold), {
        baseMs: intervalMs,
        capMs: longestIntervalMs,
      });
  }
}

function entered({ state: before, since, lastSeen }: Health, state: HealthState, now: number) {
  return { state, since: state === before ? since : now, ...(lastSeen !== undefined && { lastSeen }) };
}
