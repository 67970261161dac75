import { describe, expect, test } from '@jest/globals';

import { drain, next, setUp, taken } from './testing/queue-run.ts';
import { lowPriority, type AddOptions } from './work-queue.ts';

interface OrderCase {
  readonly name: string;
  readonly adds: readonly (readonly [key: string, options?: AddOptions])[];
  readonly order: readonly string[];
  readonly added: number;
}

const orderCases: readonly OrderCase[] = [
  { name: 'returns an item', adds: [['foo']], order: ['foo@0'], added: 1 },
  { name: 'first in, first out', adds: [['foo'], ['bar'], ['baz']], order: ['foo@0', 'bar@0', 'baz@0'], added: 3 },
  { name: 'queues a key once', adds: [['foo'], ['foo'], ['foo']], order: ['foo@0'], added: 1 },
  {
    name: 'keeps the higher priority',
    adds: [
      ['foo', { priority: 1 }],
      ['foo', { priority: 2 }],
    ],
    order: ['foo@2'],
    added: 1,
  },
  {
    name: 'does not lower a priority',
    adds: [
      ['foo', { priority: 2 }],
      ['foo', { priority: 1 }],
    ],
    order: ['foo@2'],
    added: 1,
  },
  {
    name: 'a raised priority overtakes',
    adds: [['foo'], ['bar'], ['baz'], ['baz', { priority: 1 }]],
    order: ['baz@1', 'foo@0', 'bar@0'],
    added: 3,
  },
  {
    name: 'a raised priority joins at the tail of the new one',
    adds: [
      ['foo', { priority: 0 }],
      ['bar', { priority: 1 }],
      ['foo', { priority: 1 }],
    ],
    order: ['bar@1', 'foo@1'],
    added: 2,
  },
  {
    name: 'what is ready stays ready when added again with a delay',
    adds: [['foo'], ['foo', { afterMs: 3_600_000 }]],
    order: ['foo@0'],
    added: 1,
  },
  {
    name: 'what waits is ready at once when added again without a delay',
    adds: [['foo', { afterMs: 3_600_000 }], ['foo']],
    order: ['foo@0'],
    added: 1,
  },
  {
    name: 'what waits is ready at once, with the higher priority, when added again so',
    adds: [
      ['foo', { afterMs: 3_600_000, priority: 0 }],
      ['foo', { priority: 1 }],
    ],
    order: ['foo@1'],
    added: 1,
  },
  {
    name: 'what became ready stands behind what was ready before',
    adds: [['foo', { afterMs: 3_600_000 }], ['bar'], ['foo']],
    order: ['bar@0', 'foo@0'],
    added: 2,
  },
  { name: 'a negative delay is none', adds: [['foo', { afterMs: -1000 }]], order: ['foo@0'], added: 1 },
  {
    name: 'initial list and resyncs come after fresh events',
    adds: [['old-1', { priority: lowPriority }], ['old-2', { priority: lowPriority }], ['new'], ['old-2']],
    order: ['new@0', 'old-2@0', `old-1@${lowPriority}`],
    added: 3,
  },
];

describe('order and merging', () => {
  test.each(orderCases)('$name', async ({ adds, order, added }) => {
    const { queue, counts } = setUp();

    for (const [key, options] of adds) {
      queue.add(key, options);
    }

    expect(queue.length).toBe(order.length);
    await expect(drain(queue)).resolves.toEqual(order);
    expect(counts.added).toBe(added);
    expect([...queue.depths.values()].every((depth) => depth === 0)).toBe(true);
  });

  test.each([-1000, 0, 1000])(
    'priorities hold over thousands of keys that were added with a delay of %d ms',
    async (afterMs) => {
      const { queue, clock, counts } = setUp();
      const priorities = [10, 5, 0, -5, -10];
      for (let index = 0; index < 1000; index++) {
        for (const priority of priorities) {
          queue.add(`${priority}/${index}`, { priority, afterMs });
        }
      }
      await clock.advance(1000);

      const expected = priorities.flatMap((priority) =>
        Array.from({ length: 1000 }, (_, index) => `${priority}/${index}@${priority}`),
      );
      await expect(drain(queue)).resolves.toEqual(expected);
      expect(counts).toMatchObject({ added: 5000, retried: afterMs > 0 ? 5000 : 0 });
    },
  );

  test('a key that is always added again does not starve others of its priority', async () => {
    const { queue } = setUp();
    queue.add('hot');
    const others = Array.from({ length: 100 }, (_, index) => `key-${index}`);
    others.forEach((key) => queue.add(key));

    const seen = new Set<string>();
    for (let round = 0; round < 2 * others.length && seen.size <= others.length; round++) {
      const item = await queue.get();
      seen.add(item!.key);
      queue.add('hot');
      queue.done(item!.key);
    }

    expect(seen.size).toBe(others.length + 1);
  });
});

describe('serialisation per key', () => {
  test('a key in work is not handed out, others are', async () => {
    const { queue, counts } = setUp();
    queue.add('foo');
    await next(queue);

    queue.add('foo');
    queue.add('bar');

    await expect(next(queue)).resolves.toBe('bar@0');
    await expect(taken(queue.get())).resolves.toBe('waiting');
    expect(queue.depths.get(0)).toBe(1);
    expect(counts.added).toBe(3);
  });

  test('a key added again in work comes as soon as it is done, in its old place', async () => {
    const { queue } = setUp();
    queue.add('foo');
    await next(queue);
    queue.add('foo');
    queue.add('baz');

    queue.done('foo');

    await expect(drain(queue)).resolves.toEqual(['foo@0', 'baz@0']);
  });

  test('a worker that waits gets the key when it is done', async () => {
    const { queue } = setUp();
    queue.add('foo');
    await next(queue);
    queue.add('foo', { priority: 3 });
    const get = queue.get();
    await expect(taken(get)).resolves.toBe('waiting');

    queue.done('foo');

    await expect(taken(get)).resolves.toMatchObject({ key: 'foo', priority: 3 });
  });

  test('priority rises while the key is in work', async () => {
    const { queue } = setUp();
    queue.add('foo');
    await next(queue);
    queue.add('foo', { priority: lowPriority });
    queue.add('foo', { priority: 7 });
    expect(queue.depths.get(lowPriority)).toBe(0);
    expect(queue.depths.get(7)).toBe(1);

    queue.done('foo');

    await expect(next(queue)).resolves.toBe('foo@7');
  });

  test('a delay that ends while the key is in work is kept until it is done', async () => {
    const { queue, clock } = setUp();
    queue.add('foo');
    await next(queue);
    queue.add('foo', { afterMs: 100 });
    await clock.advance(100);
    const get = queue.get();
    expect(queue.length).toBe(1);
    await expect(taken(get)).resolves.toBe('waiting');

    queue.done('foo');

    await expect(taken(get)).resolves.toMatchObject({ key: 'foo' });
  });

  test('keys added many times while in work come once', async () => {
    const { queue, counts } = setUp();
    queue.add('foo');
    await next(queue);
    for (let index = 0; index < 5; index++) {
      queue.add('foo');
    }
    queue.done('foo');

    await expect(drain(queue)).resolves.toEqual(['foo@0']);
    expect(counts.added).toBe(2);
  });

  test('done of a key that is not in work does nothing', () => {
    const { queue, counts } = setUp();
    queue.add('foo');
    queue.done('foo');
    queue.done('bar');
    expect(queue.length).toBe(1);
    expect(counts.workedMs).toEqual([]);
  });
});

describe('shutdown', () => {
  test('wakes everyone who waits', async () => {
    const { queue } = setUp();
    const gets = [queue.get(), queue.get(), queue.get()];
    queue.shutDown();
    await expect(Promise.all(gets)).resolves.toEqual([undefined, undefined, undefined]);
  });

  test('drops what is queued, ignores adds and stops the timer', async () => {
    const { queue, clock, counts } = setUp();
    queue.add('foo');
    queue.add('later', { afterMs: 1000 });

    queue.shutDown();
    queue.add('bar');
    queue.add('baz', { afterMs: 1000 });

    expect(clock.pendingTimers).toBe(0);
    await expect(queue.get()).resolves.toBeUndefined();
    await expect(queue.get()).resolves.toBeUndefined();
    expect(queue.length).toBe(0);
    expect(counts).toMatchObject({ added: 1, retried: 1 });
  });

  test('a key in work can still be done, and is not handed out again', async () => {
    const { queue, counts, clock } = setUp();
    queue.add('foo');
    await next(queue);
    queue.add('foo');
    queue.shutDown();
    await clock.advance(20);
    queue.done('foo');
    expect(counts.workedMs).toEqual([20]);
    await expect(queue.get()).resolves.toBeUndefined();
  });
});

test('reports how long keys waited and were worked on', async () => {
  const { queue, clock, counts } = setUp();
  queue.add('foo', { afterMs: 100 });
  await clock.advance(130);
  await next(queue);
  await clock.advance(50);
  expect(queue.workedMs()).toEqual([50]);
  queue.done('foo');
  expect(queue.workedMs()).toEqual([]);
  expect(counts).toMatchObject({ waitedMs: [30], workedMs: [50] });
});
