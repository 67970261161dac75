import { describe, expect, test } from '@jest/globals';

import { OneAtATime } from './one-at-a-time.ts';

const { signal } = new AbortController();

describe('OneAtATime', () => {
  test('work of one key follows each other, also after a failure; work of another key does not wait', async () => {
    const queue = new OneAtATime();
    const order: string[] = [];
    const gate = Promise.withResolvers<undefined>();
    const first = queue.run('a', signal, async () => {
      order.push('a1 begins');
      await gate.promise;
      order.push('a1 ends');
      throw new Error('a1');
    });
    const second = queue.run('a', signal, () => {
      order.push('a2');
      return Promise.resolve('two');
    });
    await queue.run('b', signal, () => {
      order.push('b');
      return Promise.resolve();
    });
    expect(order).toEqual(['a1 begins', 'b']);
    gate.resolve(undefined);
    await expect(first).rejects.toThrow('a1');
    await expect(second).resolves.toBe('two');
    expect(order).toEqual(['a1 begins', 'b', 'a1 ends', 'a2']);
  });

  test('who gives up while waiting is not run, and keeps nobody', async () => {
    const queue = new OneAtATime();
    const gate = Promise.withResolvers<undefined>();
    const controller = new AbortController();
    const first = queue.run('a', signal, () => gate.promise);
    let ran = false;
    const second = queue.run('a', controller.signal, () => {
      ran = true;
      return Promise.resolve();
    });
    const third = queue.run('a', signal, () => Promise.resolve('three'));
    controller.abort(new Error('stopped'));
    await expect(second).rejects.toThrow('stopped');
    gate.resolve(undefined);
    await first;
    await expect(third).resolves.toBe('three');
    expect(ran).toBe(false);
  });
});
