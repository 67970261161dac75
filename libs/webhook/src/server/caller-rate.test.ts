import { expect, test } from '@jest/globals';

import { Pacer } from './caller-rate.ts';

const rate = { perSecond: 10, burstSeconds: 1, longestDelayMs: 500 };

function admitted(pacer: Pacer, now: number, count: number, weight = 1): (number | undefined)[] {
  return Array.from({ length: count }, () => pacer.delayMs(now, weight));
}

test('a burst goes through, what follows is spaced, and what would wait too long is refused', () => {
  const pacer = new Pacer(rate);
  expect(admitted(pacer, 0, 11)).toEqual(Array.from({ length: 11 }, () => 0));
  expect(admitted(pacer, 0, 5)).toEqual([100, 200, 300, 400, 500]);
  expect(pacer.delayMs(0, 1)).toBeUndefined();
  // Refusals are not paid for.
  expect(pacer.delayMs(100, 1)).toBe(500);
});

test('a caller that keeps its rate never waits, and saves up no more than the burst', () => {
  const pacer = new Pacer(rate);
  for (let at = 0; at < 100; at += 1) {
    expect(pacer.delayMs(at * 100, 1)).toBe(0);
  }
  expect(admitted(pacer, 3_600_000, 12).at(-1)).toBe(100);
});

test('a heavy request is paid for by those after it', () => {
  const pacer = new Pacer(rate);
  expect(pacer.delayMs(0, 14)).toBe(0);
  expect(pacer.delayMs(0, 1)).toBe(400);
});

test('it is idle once everything is paid for', () => {
  const pacer = new Pacer(rate);
  expect(pacer.isIdle(0)).toBe(true);
  pacer.delayMs(0, 1);
  expect([pacer.isIdle(99), pacer.isIdle(100)]).toEqual([false, true]);
});
