import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { FakeClock } from '@tke/time';

import { WorkQueue } from './work-queue.ts';

/** Keys are `<flow>/<name>`; those without a slash are of none. */
const flowOf = (key: string) => (key.includes('/') ? key.split('/')[0] : undefined);

/** A queue with all its workers, who take what they get and hold it until they are told that it is done. */
function setUp(workers: number) {
  const clock = new FakeClock();
  const queue = new WorkQueue({ clock, flows: { flowOf, workers } });
  const held: string[] = [];
  const work = async () => {
    const item = await queue.get();
    if (item !== undefined) {
      held.push(item.key);
    }
  };
  for (let worker = 0; worker < workers; worker++) {
    void work();
  }
  const finish = async (key: string) => {
    held.splice(held.indexOf(key), 1);
    queue.done(key);
    void work();
    await clock.advance(0);
  };
  const add = async (flow: string, count: number) => {
    for (let index = 0; index < count; index++) {
      queue.add(`${flow}/${index}`);
    }
    await clock.advance(0);
  };
  const heldBy = (flow: string) => held.filter((key) => flowOf(key) === flow).length;
  return { clock, queue, held, finish, add, heldBy };
}

describe('a flow that hangs', () => {
  test('takes a third of the workers, and leaves the others to those who come next', async () => {
    const { add, heldBy, queue } = setUp(20);
    await add('greedy', 50);
    expect(heldBy('greedy')).toBe(7);
    expect(queue.length).toBe(43);
    await add('modest', 1);
    expect(heldBy('modest')).toBe(1);
    expect(queue.length).toBe(43);
  });

  test('gets along with others that hang: six of them do not keep the next from a worker', async () => {
    const { add, heldBy } = setUp(20);
    for (const flow of ['a', 'b', 'c', 'd', 'e', 'f']) {
      await add(flow, 50);
      expect(heldBy(flow)).toBeGreaterThan(0);
    }
    await add('next', 1);
    expect(heldBy('next')).toBe(1);
  });

  test('does not hold up what belongs to no flow', async () => {
    const { add, queue, held, clock } = setUp(20);
    await add('greedy', 50);
    for (let index = 0; index < 13; index++) {
      queue.add(`free-${index}`);
    }
    await clock.advance(0);
    expect(held).toHaveLength(20);
  });
});

test('what waits for its flow is handed out when one of the flow is done, first in, first out', async () => {
  const { add, held, finish } = setUp(3);
  await add('a', 3);
  expect(held).toEqual(['a/0']);
  await finish('a/0');
  expect(held).toEqual(['a/1']);
  await finish('a/1');
  expect(held).toEqual(['a/2']);
});

test('what waits for its flow is handed out when others are done', async () => {
  const { add, held, finish, heldBy } = setUp(6);
  for (const flow of ['b', 'c', 'd']) {
    await add(flow, 1);
  }
  await add('a', 3);
  expect(heldBy('a')).toBe(1);
  await finish('b/0');
  await finish('c/0');
  expect(held).toEqual(['d/0', 'a/0', 'a/1']);
});

test('a raised priority overtakes within its flow while that waits', async () => {
  const { add, held, queue, finish } = setUp(3);
  await add('a', 3);
  queue.add('a/2', { priority: 5 });
  await finish('a/0');
  expect(held).toEqual(['a/2']);
});

test('one worker serves all flows in turn of arrival', async () => {
  const { add, held, finish } = setUp(1);
  await add('a', 1);
  await add('b', 1);
  await finish('a/0');
  expect(held).toEqual(['b/0']);
});

test('whatever happens, an idle worker takes a key of a flow that has none, and every key has its turn', async () => {
  const step = fc.record({ flow: fc.constantFrom('a', 'b', 'c', 'd'), index: fc.nat(9), finishes: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 12 }), fc.array(step, { maxLength: 80 }), async (workers, steps) => {
      const { queue, held, finish, heldBy, clock } = setUp(workers);
      const waiting = new Set<string>();
      for (const { flow, index, finishes } of steps) {
        const known = held[index];
        if (finishes && known !== undefined) {
          await finish(known);
        } else if (!held.includes(`${flow}/${index}`)) {
          queue.add(`${flow}/${index}`);
          waiting.add(`${flow}/${index}`);
          await clock.advance(0);
        }
        held.forEach((key) => waiting.delete(key));
        const starved = [...waiting].filter((key) => heldBy(key.split('/')[0] ?? '') === 0);
        expect(held.length < workers ? starved : []).toEqual([]);
      }
      for (let [key] = held; key !== undefined; [key] = held) {
        await finish(key);
      }
      expect(queue.length).toBe(0);
    }),
    { numRuns: 50 },
  );
});
