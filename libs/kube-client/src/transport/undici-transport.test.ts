import { createServer } from 'node:net';

import { describe, expect, jest, test } from '@jest/globals';

import { discardLogger } from '@tke/log';
import { coreKinds } from '@tke/meta';
import { createCa } from '@tke/pki';
import { FakeClock, systemClock } from '@tke/time';

import { SwitchableConnection } from '../switchable.ts';
import { clientOf } from '../testing/client.ts';
import { blackHole } from '../testing/proxies.ts';
import { json, ScriptedServer } from '../testing/scripted-server.ts';
import { until } from '../testing/until.ts';

jest.setTimeout(30_000);

const { configMap } = coreKinds;
const key = { namespace: 'a', name: 'b' };
const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: key };

describe('sockets', () => {
  test.each(['http', 'https'])('100 GETs in a row open no more than 2 connections (%s)', async (scheme) => {
    const ca = await createCa({ commonName: 'ca', clock: systemClock });
    const tls = scheme === 'https' ? { cert: ca.certPem, key: ca.keyPem } : undefined;
    await using server = await ScriptedServer.start((_, response) => json(response, object), tls);
    await using client = await clientOf(server, { cluster: { 'insecure-skip-tls-verify': true } });
    for (let i = 0; i < 100; i++) {
      await client.get(configMap, key);
    }
    expect(server.requests).toHaveLength(100);
    expect(server.connections).toBeLessThanOrEqual(2);
  });

  test('calls at the same time are bounded, and watches take nothing away from them', async () => {
    let inFlight = 0;
    let most = 0;
    await using server = await ScriptedServer.start(async (request, response) => {
      if (request.url.includes('watch=true')) {
        response.writeHead(200).flushHeaders();
        return;
      }
      most = Math.max(most, ++inFlight);
      await new Promise((resolve) => setImmediate(resolve));
      inFlight--;
      json(response, object);
    });
    await using client = await clientOf(server);
    const watches = Array.from({ length: 40 }, () => client.watch(configMap)[Symbol.asyncIterator]());
    const pending = watches.map((watch) => watch.next().catch(() => undefined));
    await until(() => server.requests.length === 40);
    await Promise.all(Array.from({ length: 200 }, () => client.get(configMap, key)));
    expect(most).toBeLessThanOrEqual(32);
    expect(server.connections).toBeLessThanOrEqual(40 + 32);
    await client.close();
    await Promise.all(pending);
  });

  test('close frees every socket and ends what is in flight', async () => {
    await using server = await ScriptedServer.start(() => undefined);
    await using client = await clientOf(server);
    const call = client.get(configMap, key);
    await until(() => server.requests.length === 1);
    await Promise.all([expect(call).rejects.toMatchObject({ code: 'ClientClosed' }), client.close()]);
    await until(() => server.open.size === 0);
    await expect(client.get(configMap, key)).rejects.toMatchObject({ code: 'ClientClosed' });
  });
});

describe('abort', () => {
  test('rejects with the reason of the signal and closes the socket', async () => {
    await using server = await ScriptedServer.start(() => undefined);
    await using client = await clientOf(server);
    const controller = new AbortController();
    const call = client.get(configMap, key, { signal: controller.signal });
    await until(() => server.requests.length === 1);
    controller.abort(new Error('enough'));
    await expect(call).rejects.toThrow('enough');
    await until(() => server.open.size === 0);
  });

  test('does not wait for a connection that does not come about', async () => {
    await using mute = await blackHole(); // Accepts, but never says a word of TLS.
    // Longer than the test may take.
    const patience = { connectTimeoutMs: 3_600_000, requestTimeoutMs: 3_600_000 };
    const connection = new SwitchableConnection({ userAgent: 'test/1', logger: discardLogger, ...patience });
    const server = new URL(`https://127.0.0.1:${mute.port}`);
    connection.switchTo({ server, insecureSkipVerify: false, user: { type: 'stored' } });
    connection.open();
    const controller = new AbortController();
    const call = connection.client.get(configMap, key, { signal: controller.signal });
    await until(() => mute.open.size === 1);
    controller.abort(new Error('enough'));
    await expect(call).rejects.toThrow('enough');
    await connection.close();
  });

  test('before the request sends nothing', async () => {
    await using server = await ScriptedServer.start((_, response) => json(response, object));
    await using client = await clientOf(server);
    await expect(client.get(configMap, key, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow(
      'enough',
    );
    expect(server.connections).toBe(0);
  });

  test('leaves neither a listener on the signal of the caller nor a timer', async () => {
    const clock = new FakeClock();
    await using server = await ScriptedServer.start(({ url }, response) =>
      url.includes('watch=true')
        ? void response.write(`${JSON.stringify({ type: 'ADDED', object })}\n`)
        : json(response, object),
    );
    await using client = await clientOf(server, { options: { clock } });
    const { signal } = new AbortController();
    let listeners = 0;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners++;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners--;
      remove(...args);
    };
    await client.get(configMap, key, { signal });
    await client.list(configMap, { signal }).catch(() => undefined);
    for await (const event of client.watch(configMap, { signal })) {
      expect(event.type).toBe('ADDED');
      break;
    }
    expect(listeners).toBe(0);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('faults', () => {
  test('a server that says nothing is a timeout that names the request', async () => {
    const clock = new FakeClock();
    await using server = await ScriptedServer.start(() => undefined);
    await using client = await clientOf(server, { options: { clock, requestTimeoutMs: 5000 } });
    const call = client.get(configMap, key);
    const expectation = expect(call).rejects.toMatchObject({
      code: 'Timeout',
      message: `GET /api/v1/namespaces/a/configmaps/b: 127.0.0.1:${server.port} did not answer within 5 s`,
    });
    await until(() => server.requests.length === 1);
    await clock.advance(5000);
    await expectation;
    await until(() => server.open.size === 0);
    expect(clock.pendingTimers).toBe(0);
  });

  test('a body that never ends is a timeout as well', async () => {
    const clock = new FakeClock();
    await using server = await ScriptedServer.start((_, response) => void response.write('{"kind":'));
    await using client = await clientOf(server, { options: { clock } });
    const call = client.get(configMap, key);
    const expectation = expect(call).rejects.toMatchObject({ code: 'Timeout' });
    await until(() => server.requests.length === 1);
    await clock.advance(30_000);
    await expectation;
  });

  test('a connection that is refused says so', async () => {
    const server = await ScriptedServer.start(() => undefined);
    await server[Symbol.asyncDispose]();
    await using client = await clientOf(server);
    await expect(client.get(configMap, key)).rejects.toMatchObject({
      code: 'ConnectionFailed',
      class: 'Retryable',
      message: expect.stringMatching(`127.0.0.1:${server.port}: .*connect ECONNREFUSED`),
    });
  });

  test('an idle connection that the server closes just then costs nothing', async () => {
    await using server = await ScriptedServer.start((_, response, count) => {
      if (count === 1) {
        response.socket?.destroy();
        return;
      }
      json(response, object);
    });
    await using client = await clientOf(server);
    await client.get(configMap, key);
    await expect(client.get(configMap, key)).resolves.toEqual(object);
    expect(server.requests).toHaveLength(3);
  });

  test('a write is not repeated when the connection is lost: it may have been carried out', async () => {
    await using server = await ScriptedServer.start((_, response) => response.socket?.destroy());
    await using client = await clientOf(server);
    await expect(client.create(configMap, object)).rejects.toMatchObject({ code: 'ConnectionLost' });
    expect(server.requests).toHaveLength(1);
  });

  test('a reset within the body is a lost connection', async () => {
    await using server = await ScriptedServer.start((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"kind":', () => response.socket?.resetAndDestroy());
    });
    await using client = await clientOf(server);
    await expect(client.get(configMap, key)).rejects.toMatchObject({ code: 'ConnectionLost' });
    expect(server.requests).toHaveLength(1);
  });

  test.each([
    ['truncated JSON', '{"kind":"ConfigMap","data":{"password":"hunter2"'],
    ['a page of a proxy', '<html>password hunter2</html>'],
    ['nothing', ''],
  ])('%s is a bad response, and nothing of it is quoted', async (_, body) => {
    await using server = await ScriptedServer.start((__, response) => response.end(body));
    await using client = await clientOf(server);
    for (const call of [client.get(configMap, key), client.list(configMap)]) {
      const error: unknown = await call.then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).toMatchObject({ code: 'BadResponse', class: 'Retryable' });
      expect(`${(error as Error).message}${(error as Error).stack ?? ''}`).not.toContain('hunter2');
      expect((error as Error).cause).toBeUndefined();
    }
  });

  test('what is no HTTP is a bad response', async () => {
    const ssh = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end('SSH-2.0-OpenSSH_9.9\r\n'));
    });
    await new Promise<void>((resolve) => ssh.listen(0, '127.0.0.1', resolve));
    const { port } = ssh.address() as { port: number };
    await using client = await clientOf({ url: `http://127.0.0.1:${port}` });
    await expect(client.get(configMap, key)).rejects.toMatchObject({ code: 'BadResponse' });
    ssh.close();
  });
});

test('a server below a path is addressed there', async () => {
  await using server = await ScriptedServer.start((_, response) => json(response, object));
  await using client = await clientOf({ url: `${server.url}/k8s/clusters/c-1/` });
  await client.get(configMap, key);
  expect(server.requests[0]?.url).toBe('/k8s/clusters/c-1/api/v1/namespaces/a/configmaps/b');
});

test('every try is observed', async () => {
  await using server = await ScriptedServer.start((_, response, count) => {
    json(response, object, count === 0 ? 429 : 200, count === 0 ? { 'retry-after': '0' } : {});
  });
  const seen: object[] = [];
  await using client = await clientOf(server, { options: { onRequest: (info) => seen.push(info) } });
  await client.get(configMap, key);
  await server[Symbol.asyncDispose]();
  await client.get(configMap, key).catch(() => undefined);
  const host = `127.0.0.1:${server.port}`;
  expect(seen).toEqual([
    { method: 'GET', code: '429', host, seconds: expect.any(Number) },
    { method: 'GET', code: '200', host, seconds: expect.any(Number) },
    { method: 'GET', code: '<error>', host, seconds: expect.any(Number) },
  ]);
});
