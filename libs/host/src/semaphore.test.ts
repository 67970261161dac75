import { expect, test } from '@jest/globals';

import { Semaphore } from './semaphore.ts';

test('a semaphore admits so many, in the order they came, and forgets who gave up', async () => {
  const semaphore = new Semaphore(2);
  const admitted: string[] = [];
  const enter = async (name: string, signal?: AbortSignal) => {
    const leave = await semaphore.acquire(signal);
    admitted.push(name);
    return leave;
  };
  const [leaveA, leaveB] = await Promise.all([enter('a'), enter('b')]);
  const giveUp = new AbortController();
  const c = enter('c', giveUp.signal);
  const d = enter('d');
  const e = enter('e');
  giveUp.abort(new Error('enough'));
  await expect(c).rejects.toThrow('enough');
  leaveA();
  leaveA(); // twice is once
  (await d)();
  leaveB();
  await e;
  expect(admitted).toEqual(['a', 'b', 'd', 'e']);
});

test('a permit that comes in the same turn as the abort is not lost', async () => {
  const semaphore = new Semaphore(1);
  const leave = await semaphore.acquire();
  const giveUp = new AbortController();
  const waiting = semaphore.acquire(giveUp.signal);
  leave();
  giveUp.abort(new Error('enough'));
  const outcome = await waiting.then(
    (release) => release(),
    () => undefined,
  );
  expect(outcome).toBeUndefined();
  expect(semaphore.waiting).toBe(0);
  (await semaphore.acquire())();
});
