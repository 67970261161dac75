import { expect, test } from '@jest/globals';

import { SingleFlight } from './single-flight.ts';

/** Work that ends when it is told to, and notes how often it began. */
function controlled() {
  const began: AbortSignal[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const work = (signal: AbortSignal) => {
    began.push(signal);
    return promise;
  };
  return { began, work, resolve, reject };
}

test('work is done once for all who ask while it runs, and again later', async () => {
  const flights = new SingleFlight<string>();
  const { began, work, resolve } = controlled();
  const both = Promise.all([flights.run('a', work), flights.run('a', work)]);
  resolve('done');
  expect(await both).toEqual(['done', 'done']);
  expect(began).toHaveLength(1);
  await flights.run('a', work);
  expect(began).toHaveLength(2);
});

test('other keys are other work', async () => {
  const flights = new SingleFlight<string>();
  expect(await Promise.all(['a', 'b'].map((key) => flights.run(key, () => Promise.resolve(key))))).toEqual(['a', 'b']);
});

test('who gives up leaves the others their work', async () => {
  const flights = new SingleFlight<string>();
  const { began, work, resolve } = controlled();
  const impatient = new AbortController();
  const leaving = flights.run('a', work, impatient.signal);
  const staying = flights.run('a', work);
  impatient.abort(new Error('enough'));
  await expect(leaving).rejects.toThrow('enough');
  expect(began[0]?.aborted).toBe(false);
  resolve('done');
  expect(await staying).toBe('done');
});

test('work ends when the last one gives up, and who comes then starts anew', async () => {
  const flights = new SingleFlight<string>();
  const { began, work, reject } = controlled();
  const impatient = new AbortController();
  const leaving = flights.run('a', work, impatient.signal);
  impatient.abort(new Error('enough'));
  await expect(leaving).rejects.toThrow('enough');
  expect(began[0]?.aborted).toBe(true);
  reject(new Error('ended early'));
  expect(await flights.run('a', () => Promise.resolve('anew'))).toBe('anew');
  await expect(flights.run('a', work, impatient.signal)).rejects.toThrow('enough');
  expect(began).toHaveLength(1);
});

test('a failure is told to all, and is not kept', async () => {
  const flights = new SingleFlight<string>();
  const { work, reject } = controlled();
  const asked = Promise.allSettled([flights.run('a', work), flights.run('a', work)]);
  reject(new Error('no'));
  expect((await asked).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await flights.run('a', () => Promise.resolve('yes'))).toBe('yes');
});
