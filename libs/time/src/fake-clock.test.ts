import { describe, expect, test } from '@jest/globals';

import { exponentialDelay, withJitter } from './backoff.ts';
import { FakeClock } from './fake-clock.ts';

describe('the fake clock', () => {
  test('fires timers in order of their time, then of their start', async () => {
    const clock = new FakeClock();
    const fired: string[] = [];
    clock.setTimer(20, () => fired.push('late'));
    clock.setTimer(10, () => fired.push('first'));
    clock.setTimer(10, () => fired.push('second'));
    await clock.advance(19);
    expect(fired).toEqual(['first', 'second']);
    await clock.advance(1);
    expect(fired).toEqual(['first', 'second', 'late']);
  });

  test('fires timers that a timer starts within the same advance', async () => {
    const clock = new FakeClock();
    const at: number[] = [];
    const tick = () => {
      at.push(clock.monotonic());
      clock.setTimer(10, tick);
    };
    clock.setTimer(10, tick);
    await clock.advance(35);
    expect(at).toEqual([10, 20, 30]);
  });

  test('a cancelled timer never fires', async () => {
    const clock = new FakeClock();
    let fired = false;
    clock.setTimer(10, () => (fired = true)).cancel();
    await clock.advance(100);
    expect(fired).toBe(false);
    expect(clock.pendingTimers).toBe(0);
  });

  test('setting the wall clock moves no timer', async () => {
    const clock = new FakeClock(1_000);
    let fired = false;
    clock.setTimer(10, () => (fired = true));
    clock.setWall(9_000_000);
    await clock.advance(9);
    expect(fired).toBe(false);
    expect(clock.now()).toBe(9_000_009);
  });

  test('sleep ends with the signal and leaves no timer behind', async () => {
    const clock = new FakeClock();
    const abort = new AbortController();
    const sleeping = clock.sleep(1_000, abort.signal);
    abort.abort(new Error('stop'));
    await expect(sleeping).rejects.toThrow('stop');
    expect(clock.pendingTimers).toBe(0);
    await expect(clock.sleep(1, abort.signal)).rejects.toThrow('stop');
  });
});

test('exponential delays double up to the cap', () => {
  const delays = [0, 1, 2, 3, 50].map((attempt) => exponentialDelay(attempt, { baseMs: 5, capMs: 30 }));
  expect(delays).toEqual([5, 10, 20, 30, 30]);
});

test('jitter only ever adds, up to its share', () => {
  expect(withJitter(100, 0.5, () => 0)).toBe(100);
  expect(withJitter(100, 0.5, () => 0.999)).toBeCloseTo(149.95);
});
