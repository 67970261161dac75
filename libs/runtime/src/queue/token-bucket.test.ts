import { expect, test } from '@jest/globals';

import { FakeClock } from '@tke/time';

import { RateLimiter } from './rate-limiter.ts';
import { TokenBucket } from './token-bucket.ts';

test('a burst is free, then tokens come at the rate, and saved ones are limited', async () => {
  const clock = new FakeClock();
  const bucket = new TokenBucket({ ratePerSecond: 10, burst: 2 }, clock);
  expect([bucket.reserve(), bucket.reserve(), bucket.reserve(), bucket.reserve()]).toEqual([0, 0, 100, 200]);
  await clock.advance(60_000);
  expect([bucket.reserve(), bucket.reserve(), bucket.reserve()]).toEqual([0, 0, 100]);
});

test.each([
  { name: 'exponential', options: { baseMs: 1, capMs: 1000 }, delays: [1, 2, 4, 8, 16] },
  { name: 'capped', options: { baseMs: 1000, capMs: 4000 }, delays: [1000, 2000, 4000, 4000, 4000] },
  {
    name: 'the longer of both',
    options: { baseMs: 5, capMs: 1000, bucket: { ratePerSecond: 100, burst: 3 } },
    delays: [5, 10, 20, 40, 80],
  },
  {
    name: 'bucket prevails',
    options: { baseMs: 5, capMs: 6, bucket: { ratePerSecond: 1, burst: 3 } },
    delays: [5, 6, 6, 1000, 2000],
  },
])('rate limiter: $name', ({ options, delays }) => {
  const limiter = new RateLimiter(options, new FakeClock());
  expect(delays.map(() => limiter.nextDelayMs('key'))).toEqual(delays);
  expect(limiter.failures('key')).toBe(delays.length);
  expect(limiter.failures('other')).toBe(0);
});

test('the delay stays at its cap after any number of failures', () => {
  const limiter = new RateLimiter({}, new FakeClock());
  let delay = 0;
  for (let failure = 0; failure < 2000; failure++) {
    delay = limiter.nextDelayMs('key');
  }
  expect(delay).toBe(1_000_000);
});
