import { expect, test } from '@jest/globals';

import { forEachConcurrently } from './concurrently.ts';

const forever = new AbortController().signal;

test('never runs more than the limit at a time, and all of them in the end', async () => {
  let [running, most] = [0, 0];
  const done: number[] = [];
  await forEachConcurrently([1, 2, 3, 4, 5, 6, 7], 3, forever, async (item) => {
    running += 1;
    most = Math.max(most, running);
    await new Promise(setImmediate);
    running -= 1;
    done.push(item);
  });
  expect({ most, done: done.length }).toEqual({ most: 3, done: 7 });
});

test.each([[['b', 'a', 'c']], [['c', 'b', 'a']], [['a', 'c', 'b']]])(
  'of failures that come in the order %j it always rejects with the same one',
  async (order) => {
    const turns = (name: string) => 1 + order.indexOf(name);
    const failing = forEachConcurrently(['a', 'b', 'c'], 3, forever, async (name) => {
      for (let turn = 0; turn < turns(name); turn += 1) {
        await new Promise(setImmediate);
      }
      throw new Error(`rule ${name} refused`);
    });
    await expect(failing).rejects.toThrow('rule a refused');
  },
);

test('begins nothing more after a failure, and waits for what was begun', async () => {
  const begun: number[] = [];
  const ended: number[] = [];
  const failing = forEachConcurrently([1, 2, 3, 4], 2, forever, async (item) => {
    begun.push(item);
    if (item === 1) {
      throw new Error('no');
    }
    await new Promise(setImmediate);
    ended.push(item);
  });
  await expect(failing).rejects.toThrow('no');
  expect({ begun, ended }).toEqual({ begun: [1, 2], ended: [2] });
});
