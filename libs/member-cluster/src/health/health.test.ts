import { describe, expect, test } from '@jest/globals';

import { codedErrors } from '@tke/errors';

import {
  afterProbe,
  healthDefaults,
  nextProbeMs,
  unknownHealth,
  unusable,
  type Health,
  type HealthState,
} from './health.ts';

const errors = codedErrors({ Down: { class: 'Retryable', remedy: 'Start it.' } });
const down = errors.Down('nobody there');
const settings = { ...healthDefaults, jitter: 0.5 };

/** `+` is an answered probe, `-` one that is not; one per second. */
function after(probes: string, start: Health = unknownHealth(0)): Health {
  return Array.from(probes).reduce((health, probe, index) => {
    const now = (index + 1) * 1000;
    return afterProbe(
      health,
      probe === '+' ? { answered: true, sentAt: now - 10 } : { answered: false, error: down },
      now,
      settings,
    );
  }, start);
}

describe('three probes make a verdict', () => {
  const cases: [probes: string, state: HealthState, failures: number][] = [
    ['', 'Unknown', 0],
    ['+', 'Healthy', 0],
    ['-', 'Unknown', 1],
    ['--', 'Unknown', 2],
    ['---', 'Unhealthy', 3],
    ['+-', 'Suspect', 1],
    ['+--', 'Suspect', 2],
    ['+---', 'Unhealthy', 3],
    ['+--+', 'Healthy', 0],
    ['+--+--', 'Suspect', 2],
    ['+----', 'Unhealthy', 4],
    ['---+', 'Healthy', 0],
    ['---+-', 'Suspect', 1],
  ];
  test.each(cases)('%s: %s', (probes, state, failures) => {
    expect(after(probes)).toMatchObject({ state, failures });
  });
});

test('says when the state began, when the member was last seen and what went wrong since', () => {
  expect(after('+')).toEqual({ state: 'Healthy', since: 1000, lastSeen: 990, failures: 0 });
  expect(after('++---')).toEqual({
    state: 'Unhealthy',
    since: 5000,
    lastSeen: 1990,
    failures: 3,
    lastError: { code: 'Down', class: 'Retryable', message: 'nobody there', remedy: 'Start it.' },
  });
  expect(after('+--').since).toBe(2000);
  expect(after('---+')).not.toHaveProperty('lastError');
});

test('without a way to the member the verdict needs no probe, and is lifted by an answer only', () => {
  const health = unusable(after('+'), down, 5000);
  expect(health).toMatchObject({ state: 'Unhealthy', since: 5000, lastSeen: 990, lastError: { code: 'Down' } });
  expect(after('-', health)).toMatchObject({ state: 'Unhealthy', since: 5000 });
  expect(after('+', health)).toMatchObject({ state: 'Healthy' });
});

test('a dead member is asked less and less often, a suspect more often than a healthy one', () => {
  const wait = (probes: string) => nextProbeMs(after(probes), settings, () => 0);
  expect(['+', '+-', '+---', '+----', '+-----', '+------', `+${'-'.repeat(50)}`].map(wait)).toEqual([
    10_000, 2_000, 10_000, 20_000, 40_000, 60_000, 60_000,
  ]);
  expect(nextProbeMs(unusable(unknownHealth(0), down, 0), settings, () => 0)).toBe(10_000);
});

test('jitter keeps members from being probed in step', () => {
  expect(nextProbeMs(after('+'), settings, () => 0.5)).toBe(12_500);
});
