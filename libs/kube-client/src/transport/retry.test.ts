import { describe, expect, jest, test } from '@jest/globals';

import { coreKinds } from '@tke/meta';
import { FakeClock, systemClock, type Clock } from '@tke/time';

import { clientOf } from '../testing/client.ts';
import { json, refuse, ScriptedServer, type Script } from '../testing/scripted-server.ts';
import { until } from '../testing/until.ts';

jest.setTimeout(30_000);

const { configMap } = coreKinds;
const key = { namespace: 'a', name: 'b' };
const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: key };

/** A clock whose sleeps are over at once; it says how long they were to be. */
function sleeplessClock(): Clock & { readonly slept: number[] } {
  const slept: number[] = [];
  const sleep = (delayMs: number) => {
    slept.push(delayMs);
    return Promise.resolve();
  };
  return { ...systemClock, sleep, slept };
}

/** A server that refuses so many requests, then serves them. */
async function storm(times: number, refusal: Script, clock: Clock = sleeplessClock(), longestWaitMs?: number) {
  const line = `${JSON.stringify({ type: 'ADDED', object })}\n`;
  const server = await ScriptedServer.start((request, response, count) => {
    if (count < times) {
      refusal(request, response, count);
    } else if (request.url.includes('watch=true')) {
      response.end(line);
    } else {
      json(response, object);
    }
  });
  const client = await clientOf(server, { options: { clock, longestWaitMs } });
  return {
    client,
    server,
    [Symbol.asyncDispose]: async () => {
      await client.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

const answer =
  (code: number, retryAfter?: string): Script =>
  (_, response) =>
    json(response, {}, code, retryAfter === undefined ? {} : { 'retry-after': retryAfter });

describe('a server that asks to come again', () => {
  test('is obeyed: the time it gives, then the same request', async () => {
    const clock = sleeplessClock();
    await using it = await storm(2, answer(429, '7'), clock);
    await expect(it.client.create(configMap, object)).resolves.toEqual(object);
    expect(clock.slept).toEqual([7000, 7000]);
    expect(it.server.requests.map(({ body }) => body)).toEqual(Array(3).fill(JSON.stringify(object)));
  });

  test('may ask in the details of the Status as well', async () => {
    const clock = sleeplessClock();
    await using it = await storm(1, (_, response) => refuse(response, 504, 'Timeout', { retryAfterSeconds: 2 }), clock);
    await expect(it.client.get(configMap, key)).resolves.toEqual(object);
    expect(clock.slept).toEqual([2000]);
  });

  test('is asked ten times in all', async () => {
    await using it = await storm(100, answer(429, '1'));
    await expect(it.client.get(configMap, key)).rejects.toMatchObject({ code: 'HTTP429', retryAfterSeconds: 1 });
    expect(it.server.requests).toHaveLength(10);
  });

  test('is waited for as long as the caller has, and no longer', async () => {
    const clock = sleeplessClock();
    await using it = await storm(100, answer(429, '2'), clock, 5_000);
    await expect(it.client.get(configMap, key)).rejects.toMatchObject({ class: 'Retryable', retryAfterSeconds: 2 });
    expect(clock.slept).toEqual([2000, 2000]);
  });

  test('is not waited for at all where that takes longer than the caller has', async () => {
    const clock = sleeplessClock();
    await using it = await storm(100, answer(503, '60'), clock, 5_000);
    await expect(it.client.get(configMap, key)).rejects.toMatchObject({ retryAfterSeconds: 60 });
    expect(clock.slept).toEqual([]);
  });

  test('is obeyed when a watch is opened, also for longer than the deadline of one try', async () => {
    const fake = new FakeClock();
    const clock: Clock = {
      now: () => fake.now(),
      monotonic: () => fake.monotonic(),
      setTimer: (...args) => fake.setTimer(...args),
      sleep: (delayMs) => fake.advance(delayMs),
    };
    await using it = await storm(1, answer(429, '60'), clock);
    const { value } = await it.client.watch(configMap)[Symbol.asyncIterator]().next();
    expect(value).toMatchObject({ type: 'ADDED' });
  });

  test('is not waited for once the caller gave up', async () => {
    let sleeping = false;
    const sleep: Clock['sleep'] = (...args) => {
      sleeping = true;
      return systemClock.sleep(...args);
    };
    await using it = await storm(1, answer(429, '1000'), { ...systemClock, sleep });
    const controller = new AbortController();
    const call = it.client.get(configMap, key, { signal: controller.signal });
    await until(() => sleeping);
    controller.abort(new Error('enough'));
    await expect(call).rejects.toThrow('enough');
  });
});

describe('a request is sent once', () => {
  const get = (it: Awaited<ReturnType<typeof storm>>) => it.client.get(configMap, key);

  test.each<[string, Script, typeof get]>([
    ['a 429 without a time', answer(429), get],
    ['a 503 without a time', answer(503), get],
    ['a time that is a date', answer(503, 'Fri, 21 Nov 2026 10:00:00 GMT'), get],
    ['a 409 with a time', answer(409, '1'), get],
    ['a 503 to a POST, which may have been carried out', answer(503, '1'), (it) => it.client.create(configMap, object)],
    [
      'a 503 to a JSON patch, likewise',
      answer(503, '1'),
      (it) => it.client.patch(configMap, key, { type: 'json', operations: [] }),
    ],
  ])('%s', async (_, refusal, call) => {
    await using it = await storm(1, refusal);
    await expect(call(it)).rejects.toMatchObject({ httpStatus: expect.any(Number) });
    expect(it.server.requests).toHaveLength(1);
  });

  test.each(['merge', 'apply'] as const)(
    'but not after a 503 to a patch of type %s: twice is as once',
    async (type) => {
      await using it = await storm(1, answer(503, '1'));
      await it.client.patch(configMap, key, { type, body: {} }, { fieldManager: 'me' });
      expect(it.server.requests).toHaveLength(2);
    },
  );
});
