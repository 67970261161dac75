import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { afterEach, describe, expect, jest, test } from '@jest/globals';

import { uniqueName } from '../unique-name.ts';
import { withLock } from './lock.ts';

// Starting a process of Node takes seconds on a busy machine.
jest.setTimeout(120_000);

const holders: ChildProcess[] = [];

afterEach(() => {
  holders.splice(0).forEach((child) => child.kill('SIGKILL'));
});

/** A process that holds a lock until it is killed. */
async function holder(key: string) {
  const module = JSON.stringify(join(import.meta.dirname, 'lock.ts'));
  const script = `
    const { withLock } = await import(${module});
    await withLock(${JSON.stringify(key)}, () => {
      console.log('held');
      process.stdin.resume();
      return new Promise(() => undefined);
    }, { onWait: () => console.log('waits') });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  holders.push(child);
  expect(String(await once(child.stdout, 'data'))).toBe('held\n');
  return child;
}

describe('withLock', () => {
  test('waits for another process and is let in when that is killed', async () => {
    const key = uniqueName('lock');
    const other = await holder(key);
    const waits = Promise.withResolvers<undefined>();
    const order: string[] = [];
    const locked = withLock(key, () => Promise.resolve(order.push('locked')), {
      onWait: () => waits.resolve(undefined),
    });
    await waits.promise;
    order.push('killed');
    other.kill('SIGKILL');
    await locked;
    expect(order).toEqual(['killed', 'locked']);
  });

  test('runs one after the other in one process, even when one fails', async () => {
    const key = uniqueName('lock');
    const order: number[] = [];
    const work = (n: number) => async () => {
      order.push(n);
      await new Promise((resolve) => setImmediate(resolve));
      order.push(n);
      return n === 0 ? Promise.reject(new Error('failed')) : n;
    };
    const all = await Promise.allSettled([0, 1, 2].map((n) => withLock(key, work(n), { onWait: () => undefined })));
    expect(all.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    expect(order.filter((n, index) => index % 2 === 0 && order[index + 1] === n)).toHaveLength(3);
  });

  test('ends waiting when the caller gives up', async () => {
    const key = uniqueName('lock');
    await holder(key);
    const caller = new AbortController();
    const onWait = () => caller.abort(new Error('the caller gave up'));
    await expect(withLock(key, () => Promise.resolve(), { onWait, signal: caller.signal })).rejects.toThrow(
      'the caller gave up',
    );
  });
});
