import { expect, test } from '@jest/globals';

import { mapConcurrently } from './concurrently.ts';

const never = new AbortController().signal;

test('so many run at a time, and results keep their order', async () => {
  let running = 0;
  let most = 0;
  const results = await mapConcurrently([5, 4, 3, 2, 1, 0], 2, never, async (item) => {
    most = Math.max(most, (running += 1));
    for (let turn = 0; turn < item; turn += 1) {
      await Promise.resolve();
    }
    running -= 1;
    return item * 10;
  });
  expect(results).toEqual([50, 40, 30, 20, 10, 0]);
  expect(most).toBe(2);
});

test('the first failure ends what runs and begins nothing more', async () => {
  const begun: number[] = [];
  const ended: number[] = [];
  const working = mapConcurrently([1, 2, 3, 4], 2, never, async (item, signal) => {
    begun.push(item);
    if (item === 1) {
      throw new Error('the first');
    }
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('a later one'))));
    ended.push(item);
  }).finally(() => ended.push(0));
  await expect(working).rejects.toThrow('the first');
  expect(begun).toEqual([1, 2]);
});

test('the signal ends it with its reason', async () => {
  const caller = new AbortController();
  const working = mapConcurrently([1], 2, caller.signal, async (_, signal) => {
    caller.abort(new Error('enough'));
    signal.throwIfAborted();
    await Promise.resolve();
  });
  await expect(working).rejects.toThrow('enough');
});
