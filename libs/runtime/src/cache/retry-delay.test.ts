import { describe, expect, test } from '@jest/globals';
import { FakeClock } from '@tke/time';

import { RetryDelay } from './retry-delay.ts';

describe('the back-off of a reflector', () => {
  test.each([
    { random: 0, delays: [800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000] },
    { random: 0.5, delays: [1200, 2400, 4800, 9600, 19_200, 38_400, 45_000, 45_000] },
  ])('doubles to 30 s and is spread over twice that, at chance $random', ({ random, delays }) => {
    const delay = new RetryDelay(new FakeClock(), () => random);
    expect(delays.map(() => delay.next())).toEqual(delays);
  });

  test('starts afresh after more than two minutes without a failure, not before', async () => {
    const clock = new FakeClock();
    const delay = new RetryDelay(clock, () => 0);
    expect([delay.next(), delay.next()]).toEqual([800, 1600]);
    await clock.advance(120_000);
    expect(delay.next()).toBe(3200);
    await clock.advance(120_001);
    expect(delay.next()).toBe(800);
  });
});
