import type { ServerResponse } from 'node:http';

import { describe, expect, jest, test } from '@jest/globals';

import { coreKinds, type ConfigMap } from '@tke/meta';
import { FakeClock } from '@tke/time';

import type { WatchEvent, WatchOptions } from '../client.ts';
import { clientOf } from '../testing/client.ts';
import { ScriptedServer, type Script } from '../testing/scripted-server.ts';
import { until } from '../testing/until.ts';

jest.setTimeout(30_000);

const { configMap } = coreKinds;

function added(name: string, data: Record<string, string> = {}) {
  return { type: 'ADDED', object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data } };
}

function line(event: object): string {
  return `${JSON.stringify(event)}\n`;
}

const bookmark = (resourceVersion: string, annotations?: object) => ({
  type: 'BOOKMARK',
  object: { kind: 'ConfigMap', metadata: { resourceVersion, annotations } },
});

/** Watches a server that does as scripted; collects events until the end. */
async function watched(script: Script, options: WatchOptions = {}) {
  let answer: ServerResponse | undefined;
  await using server = await ScriptedServer.start((request, response, count) => {
    answer = response;
    return script(request, response, count);
  });
  await using client = await clientOf(server);
  const events: WatchEvent<ConfigMap>[] = [];
  let error: unknown;
  try {
    for await (const event of client.watch(configMap, options)) {
      events.push(event);
    }
  } catch (thrown) {
    error = thrown;
  }
  // What the server has not ended is closed; a connection whose answer is complete may be kept.
  await until(() => server.open.size === 0 || answer?.writableEnded === true);
  return { events, error, url: server.requests[0]?.url };
}

async function writeInPieces(response: ServerResponse, pieces: readonly Buffer[]): Promise<void> {
  response.socket?.setNoDelay(true);
  for (const piece of pieces) {
    await new Promise((resolve) => response.write(piece, resolve));
    await new Promise((resolve) => setImmediate(resolve));
  }
  response.end();
}

describe('a watch', () => {
  test('asks for bookmarks and an end, and yields the events in order', async () => {
    const { events, error, url } = await watched(
      (_, response) => {
        response.write(line(added('a')) + line({ ...added('a'), type: 'MODIFIED' }));
        response.end(line(bookmark('9')) + line({ ...added('a'), type: 'DELETED' }));
      },
      { namespace: 'n', resourceVersion: '5', labelSelector: 'x=y' },
    );
    expect(error).toBeUndefined();
    expect(events).toEqual([
      added('a'),
      { ...added('a'), type: 'MODIFIED' },
      { type: 'BOOKMARK', resourceVersion: '9', initialEventsEnd: false },
      { ...added('a'), type: 'DELETED' },
    ]);
    expect(url).toBe(
      '/api/v1/namespaces/n/configmaps?labelSelector=x%3Dy&watch=true&allowWatchBookmarks=true&resourceVersion=5&timeoutSeconds=300',
    );
  });

  test('can begin with the present state, closed by a bookmark', async () => {
    const { events, url } = await watched(
      (_, response) => response.end(line(added('a')) + line(bookmark('7', { 'k8s.io/initial-events-end': 'true' }))),
      { sendInitialEvents: true, timeoutSeconds: 400 },
    );
    expect(events[1]).toEqual({ type: 'BOOKMARK', resourceVersion: '7', initialEventsEnd: true });
    expect(url).toContain('timeoutSeconds=400&sendInitialEvents=true&resourceVersionMatch=NotOlderThan');
  });

  test('survives any cutting of the stream, within characters too', async () => {
    const texts = ['é', '€uro', '😀😀', 'a"\\\n', ''];
    const bytes = Buffer.from(texts.map((text) => line(added('a', { text }))).join(''));
    const { events, error } = await watched((_, response) =>
      writeInPieces(
        response,
        Array.from(bytes, (byte) => Buffer.of(byte)),
      ),
    );
    expect(error).toBeUndefined();
    expect(events.map((event) => event.type !== 'BOOKMARK' && event.object.data?.text)).toEqual(texts);
  });

  test('throws an ERROR event as the error it holds', async () => {
    const status = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version: 1 (9)' };
    const { events, error } = await watched(
      (_, response) =>
        void response.write(line(added('a')) + line({ type: 'ERROR', object: status }) + line(added('b'))),
    );
    expect(events).toEqual([added('a')]);
    expect(error).toMatchObject({
      code: 'Expired',
      httpStatus: 410,
      message: 'GET /api/v1/configmaps: 410 Expired: too old resource version: 1 (9)',
    });
  });

  test.each([
    ['no JSON', 'password: hunter2\n'],
    ['JSON that is no event', '"hunter2"\n'],
    ['an event without an object', '{"type":"ADDED"}\n'],
    ['an event of a kind unheard of', line({ ...added('a'), type: 'RENAMED' })],
  ])('%s is an error, not a gap', async (_, text) => {
    const { events, error } = await watched(
      (__, response) => void response.write(line(added('a')) + text + line(added('b'))),
    );
    expect(events).toEqual([added('a')]);
    expect(error).toMatchObject({ code: 'BadResponse' });
    expect((error as Error).message).not.toContain('hunter2');
  });

  test('that ends within a line was cut', async () => {
    const { events, error } = await watched((_, response) => response.end(line(added('a')) + '{"type":"ADD'));
    expect(events).toEqual([added('a')]);
    expect(error).toMatchObject({ code: 'ConnectionLost', message: expect.stringContaining('after 12 bytes') });
  });

  test('whose connection is reset was cut', async () => {
    const open: ServerResponse[] = [];
    await using server = await ScriptedServer.start((_, response) => {
      open.push(response);
      response.write(line(added('a')));
    });
    await using client = await clientOf(server);
    const stream = client.watch(configMap)[Symbol.asyncIterator]();
    await expect(stream.next()).resolves.toMatchObject({ value: added('a') });
    open[0]?.socket?.resetAndDestroy();
    await expect(stream.next()).rejects.toMatchObject({ code: 'ConnectionLost', class: 'Retryable' });
  });
});

describe('silence', () => {
  async function silent(options: WatchOptions) {
    const clock = new FakeClock();
    const server = await ScriptedServer.start((_, response) => void response.write(line(added('a'))));
    const client = await clientOf(server, { options: { clock } });
    const stream = client.watch(configMap, options)[Symbol.asyncIterator]();
    await stream.next();
    const next = stream.next();
    next.catch(() => undefined);
    await until(() => clock.pendingTimers === 1);
    return {
      clock,
      next,
      server,
      [Symbol.asyncDispose]: async () => {
        await client.close();
        await server[Symbol.asyncDispose]();
      },
    };
  }

  test.each([
    [{ idleTimeoutMs: 1000 }, 1000],
    [{ timeoutSeconds: 10 }, 15_000],
    [{}, 305_000],
  ])('ends a watch with %j after %i ms', async (options, limit) => {
    await using it = await silent(options);
    let settled = false;
    it.next.catch(() => undefined).finally(() => (settled = true));
    await it.clock.advance(limit - 1);
    expect(settled).toBe(false);
    await it.clock.advance(1);
    await expect(it.next).rejects.toMatchObject({
      code: 'ConnectionLost',
      message: expect.stringContaining('was silent'),
    });
    await until(() => it.server.open.size === 0);
  });

  test('of the consumer is none of the server', async () => {
    const clock = new FakeClock();
    await using server = await ScriptedServer.start((_, response) => response.end(line(added('a')) + line(added('b'))));
    await using client = await clientOf(server, { options: { clock } });
    const stream = client.watch(configMap, { idleTimeoutMs: 1000 })[Symbol.asyncIterator]();
    await stream.next();
    await clock.advance(60_000);
    await expect(stream.next()).resolves.toMatchObject({ value: added('b') });
  });
});

describe('giving up a watch', () => {
  const endless: Script = (_, response) => void response.write(line(added('a')) + line(added('b')));

  test('by leaving the loop closes the connection', async () => {
    await using server = await ScriptedServer.start(endless);
    await using client = await clientOf(server);
    for await (const event of client.watch(configMap)) {
      expect(event).toEqual(added('a'));
      break;
    }
    await until(() => server.open.size === 0);
  });

  test('by the signal, between two events of one chunk, yields no more', async () => {
    await using server = await ScriptedServer.start(endless);
    await using client = await clientOf(server);
    const controller = new AbortController();
    const seen: unknown[] = [];
    const loop = async () => {
      for await (const event of client.watch(configMap, { signal: controller.signal })) {
        seen.push(event);
        controller.abort(new Error('enough'));
      }
    };
    await expect(loop()).rejects.toThrow('enough');
    expect(seen).toHaveLength(1);
    await until(() => server.open.size === 0);
  });

  test('by the signal, while waiting, ends the wait', async () => {
    await using server = await ScriptedServer.start((_, response) => response.writeHead(200).flushHeaders());
    await using client = await clientOf(server);
    const controller = new AbortController();
    const next = client.watch(configMap, { signal: controller.signal })[Symbol.asyncIterator]().next();
    await until(() => server.requests.length === 1);
    controller.abort(new Error('enough'));
    await expect(next).rejects.toThrow('enough');
    await until(() => server.open.size === 0);
  });

  test('before it began sends nothing', async () => {
    await using server = await ScriptedServer.start(endless);
    await using client = await clientOf(server);
    client.watch(configMap);
    await new Promise((resolve) => setImmediate(resolve));
    expect(server.connections).toBe(0);
  });
});

test('slow headers are a timeout', async () => {
  const clock = new FakeClock();
  await using server = await ScriptedServer.start(() => undefined);
  await using client = await clientOf(server, { options: { clock, requestTimeoutMs: 2000 } });
  const next = client.watch(configMap)[Symbol.asyncIterator]().next();
  const expectation = expect(next).rejects.toMatchObject({ code: 'Timeout' });
  await until(() => server.requests.length === 1);
  await clock.advance(2000);
  await expectation;
});
