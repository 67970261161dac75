import { expect, test } from '@jest/globals';

import { FakeClock } from '@tke/time';

import { healthDefaults, type Health } from './health.ts';
import { Prober } from './prober.ts';

type Answer = 'ok' | 'error' | 'silence';

/** A prober of a member that answers as `answer` says at the time. */
function subject(first: Answer = 'ok', firstWithinMs = 0) {
  const clock = new FakeClock(0);
  const state = { answer: first, probes: [] as number[], changes: [] as string[], underWay: 0 };
  const prober = new Prober({
    clock,
    random: () => 0.5,
    firstWithinMs,
    settings: { ...healthDefaults, jitter: 0 },
    onChange: ({ state: now }: Health, { state: before }: Health) => {
      if (now !== before) {
        state.changes.push(`${clock.monotonic()} ${now}`);
      }
    },
    probe: async (signal) => {
      state.probes.push(clock.monotonic());
      if (state.answer === 'error') {
        throw new Error('refused');
      }
      if (state.answer === 'silence') {
        state.underWay++;
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
      }
    },
  });
  const stop = new AbortController();
  return { clock, state, prober, stop, ended: prober.run(stop.signal) };
}

test('a member that falls silent is suspected after the time limit, condemned after three, asked seldom, and welcomed back', async () => {
  const { clock, state, prober } = subject();
  await clock.advance(10_000);
  state.answer = 'silence';
  await clock.advance(9_999);
  expect(state.probes).toEqual([0, 10_000]);
  await clock.advance(21_001); // Probes at 20, 27 and 34 s, each given up after 5 s.
  expect(state.changes).toEqual(['0 Healthy', '25000 Suspect', '39000 Unhealthy']);
  expect(prober.health).toMatchObject({
    lastSeen: 10_000,
    lastError: { code: 'Timeout', message: 'the probe was not answered within 5 s' },
  });
  await clock.advance(600_000);
  const seldom = state.probes.length;
  expect(seldom).toBeLessThan(17);
  state.answer = 'ok';
  await clock.advance(65_000);
  expect(prober.health).toMatchObject({ state: 'Healthy', failures: 0 });
});

test('many members that start together are not probed at once', async () => {
  const { clock, state } = subject('ok', 1_000);
  await clock.advance(499);
  expect(state.probes).toEqual([]);
  await clock.advance(1);
  expect(state.probes).toEqual([500]);
});

test('with a new way to the member it is probed at once; what a probe under way finds out does not count', async () => {
  const { clock, state, prober } = subject('silence');
  await clock.advance(1_000);
  state.answer = 'ok';
  prober.startOver();
  await clock.advance(0);
  expect(state.probes).toEqual([0, 1_000]);
  expect(prober.health).toMatchObject({ state: 'Healthy', failures: 0 });
  await clock.advance(5_000);
  expect(prober.health).toMatchObject({ state: 'Healthy', failures: 0 });
});

test('waking it during a pause does not make probes more frequent afterwards', async () => {
  const { clock, state, prober } = subject();
  await clock.advance(3_000);
  prober.probeNow();
  await clock.advance(10_000);
  expect(state.probes).toEqual([0, 3_000, 13_000]);
});

test('doubt brings the next probe forward, but not again and again, and does not disturb a probe under way', async () => {
  const { clock, state, prober } = subject();
  await clock.advance(1_000);
  prober.doubt();
  await clock.advance(1_000);
  state.answer = 'silence';
  prober.doubt();
  await clock.advance(0);
  expect(state.probes).toEqual([0, 2_000]);
  await clock.advance(3_000);
  prober.doubt();
  await clock.advance(2_000);
  expect(state.changes).toEqual(['0 Healthy', '7000 Suspect']);
});

test('ends with the signal, in a pause and in a probe, and leaves no timer behind', async () => {
  for (const answer of ['ok', 'silence'] as const) {
    const { clock, stop, ended, prober } = subject(answer);
    await clock.advance(1_000);
    const { health } = prober;
    stop.abort(new Error('stop'));
    await ended;
    expect(clock.pendingTimers).toBe(0);
    expect(prober.health).toBe(health);
  }
});
