import { describe, expect, test } from '@jest/globals';

import { drain, next, setUp, taken } from './testing/queue-run.ts';
import { lowPriority } from './work-queue.ts';

describe('delays', () => {
  test('hands a key out when its delay is over and not before', async () => {
    const { queue, clock, counts } = setUp();
    queue.add('foo', { afterMs: 1000 });
    const get = queue.get();

    await clock.advance(999);
    await expect(taken(get)).resolves.toBe('waiting');
    expect(queue.length).toBe(0);

    await clock.advance(1);
    await expect(taken(get)).resolves.toMatchObject({ key: 'foo' });
    expect(counts).toMatchObject({ added: 1, retried: 1 });
  });

  test('a key that became ready overtakes one of a lower priority', async () => {
    const { queue, clock } = setUp();
    queue.add('foo', { priority: lowPriority });
    queue.add('prio', { afterMs: 1000 });
    await clock.advance(1000);
    await expect(next(queue)).resolves.toBe('prio@0');
  });

  test('a worker that waits gets a fresh key at once', async () => {
    const { queue } = setUp();
    const get = queue.get();
    queue.add('foo');
    await expect(taken(get)).resolves.toMatchObject({ key: 'foo' });
  });

  test('a worker that waits gets a delayed key when it is added again without a delay', async () => {
    const { queue } = setUp();
    const get = queue.get();
    queue.add('foo', { afterMs: 60_000 });
    await expect(taken(get)).resolves.toBe('waiting');
    queue.add('foo');
    await expect(taken(get)).resolves.toMatchObject({ key: 'foo' });
  });

  test('keys come in the order of their times, not of their adds', async () => {
    const { queue, clock } = setUp();
    queue.add('foo', { afterMs: 1000 });
    queue.add('bar', { afterMs: 200 });
    queue.add('baz', { afterMs: 500 });
    await clock.advance(1000);
    await expect(drain(queue)).resolves.toEqual(['bar@0', 'baz@0', 'foo@0']);
  });

  test('the earlier of two times counts', async () => {
    const { queue, clock } = setUp();
    queue.add('foo', { afterMs: 1000 });
    queue.add('foo', { afterMs: 300 });
    queue.add('foo', { afterMs: 2000 });
    await clock.advance(299);
    expect(queue.length).toBe(0);
    await clock.advance(1);
    expect(queue.length).toBe(1);
  });

  test('length and depth count keys once they are ready, again after a drain', async () => {
    const { queue, clock } = setUp();
    for (let round = 0; round < 2; round++) {
      queue.add('foo', { afterMs: 500 });
      queue.add('baz');
      queue.add('bar', { afterMs: 500 });
      queue.add('bal');
      expect(queue.length).toBe(2);
      await clock.advance(500);
      expect(queue.depths.get(0)).toBe(4);
      for (const item of await drain(queue)) {
        queue.done(item.split('@')[0]!);
      }
      expect(queue.length).toBe(0);
    }
  });

  test('a key whose delay is over is not counted twice when it is added again', async () => {
    const { queue, clock, counts } = setUp();
    queue.add('foo', { afterMs: 50 });
    await clock.advance(50);
    queue.add('foo');
    expect(queue.length).toBe(1);
    expect(counts.added).toBe(1);
  });

  test('one timer serves any number of waiting keys', async () => {
    const { queue, clock } = setUp();
    for (let index = 1; index <= 100; index++) {
      queue.add(`key-${index}`, { afterMs: 10_000 - index });
    }
    expect(clock.pendingTimers).toBe(1);
    await clock.advance(10_000);
    expect(clock.pendingTimers).toBe(0);
    expect(queue.length).toBe(100);
  });
});

describe('rate limits', () => {
  test('the wait of a key doubles with every failure, and starts again after forget', async () => {
    const { queue, clock } = setUp();
    for (const delayMs of [5, 10, 20, 40, 80, 160, 5]) {
      if (delayMs === 5) {
        queue.forget('foo');
      }
      queue.add('foo', { rateLimited: true });
      await clock.advance(delayMs - 1);
      expect(queue.length).toBe(0);
      await clock.advance(1);
      await expect(next(queue)).resolves.toBe('foo@0');
      queue.done('foo');
    }
  });

  test('keys do not affect each other', async () => {
    const { queue, clock, counts } = setUp();
    for (let failure = 0; failure < 7; failure++) {
      queue.add('bar', { rateLimited: true });
    }
    queue.add('foo', { rateLimited: true });
    expect([queue.failures('foo'), queue.failures('bar')]).toEqual([1, 7]);
    await clock.advance(5);
    await expect(drain(queue)).resolves.toEqual(['bar@0', 'foo@0']);
    expect(counts.retried).toBe(8);
  });

  test('an explicit delay is the least a rate-limited key waits', async () => {
    const { queue, clock } = setUp();
    queue.add('foo', { rateLimited: true, afterMs: 3000 });
    expect(queue.failures('foo')).toBe(1);
    await clock.advance(2999);
    expect(queue.length).toBe(0);
    await clock.advance(1);
    expect(queue.length).toBe(1);
  });

  test('a bucket over all keys spreads retries and leaves fresh events alone', async () => {
    const { queue, clock } = setUp({ bucket: { ratePerSecond: 10, burst: 2 } });
    for (let index = 0; index < 5; index++) {
      queue.add(`failed-${index}`, { rateLimited: true });
      queue.add(`fresh-${index}`);
    }
    expect(queue.length).toBe(5);
    await clock.advance(5);
    expect(queue.length).toBe(7);
    await clock.advance(95);
    expect(queue.length).toBe(8);
    await clock.advance(200);
    expect(queue.length).toBe(10);
  });
});
