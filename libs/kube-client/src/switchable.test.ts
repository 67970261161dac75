import { expect, jest, test } from '@jest/globals';

import { discardLogger } from '@tke/log';
import { coreKinds } from '@tke/meta';
import { FakeClock } from '@tke/time';

import { SwitchableConnection, type SwitchableOptions } from './switchable.ts';
import { json, ScriptedServer } from './testing/scripted-server.ts';
import { until } from './testing/until.ts';

jest.setTimeout(30_000);

const { configMap } = coreKinds;
const key = { namespace: 'a', name: 'b' };
const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...key, resourceVersion: '1' } };
const line = `${JSON.stringify({ type: 'ADDED', object })}\n`;

function connect(url: string, token = 'one', options: Partial<SwitchableOptions> = {}) {
  const connection = new SwitchableConnection({ userAgent: 'test/1', logger: discardLogger, ...options });
  const switchTo = (text: string) =>
    connection.switchTo({
      server: new URL(url),
      insecureSkipVerify: false,
      user: { type: 'stored', token: { text } },
    });
  switchTo(token);
  connection.open();
  return {
    connection,
    client: connection.client,
    switchTo,
    [Symbol.asyncDispose]: () => connection.close(),
  };
}

test('after a switch, calls under way end as they began, and later ones carry the new credential', async () => {
  const held: (() => void)[] = [];
  await using server = await ScriptedServer.start((_, response) => void held.push(() => json(response, object)));
  await using subject = connect(server.url);
  const before = subject.client.get(configMap, key);
  await until(() => held.length === 1);
  subject.switchTo('two');
  const after = subject.client.get(configMap, key);
  await until(() => held.length === 2);
  held.forEach((answer) => answer());
  await expect(Promise.all([before, after])).resolves.toEqual([object, object]);
  expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer one', 'Bearer two']);
  await until(() => server.open.size === 1); // The sockets of the old credential are gone.
});

test('a call that was made just before a switch is not lost to it', async () => {
  await using server = await ScriptedServer.start((_, response) => json(response, object));
  await using subject = connect(server.url);
  const call = subject.client.get(configMap, key);
  subject.switchTo('two');
  await expect(call).resolves.toEqual(object);
});

test('a watch ends with the credential it was begun with', async () => {
  await using server = await ScriptedServer.start((_, response) => void response.write(line));
  await using subject = connect(server.url);
  const watch = subject.client.watch(configMap)[Symbol.asyncIterator]();
  await watch.next();
  const next = watch.next();
  subject.switchTo('two');
  await expect(next).rejects.toMatchObject({ code: 'ConnectionLost' });
  await until(() => server.open.size === 0);
});

test('while it is blocked nothing is sent, and whoever asks hears the reason at once; the probe goes through', async () => {
  await using server = await ScriptedServer.start((_, response) => json(response, object));
  await using subject = connect(server.url);
  subject.connection.block(new Error('not now'));
  await expect(subject.client.get(configMap, key)).rejects.toThrow('not now');
  expect(server.requests).toHaveLength(0);
  await expect(subject.connection.probe.get(configMap, key)).resolves.toEqual(object);
  subject.connection.open();
  await expect(subject.client.get(configMap, key)).resolves.toEqual(object);
});

test('after a renewal no kept socket is used: it may be dead without anybody having noticed', async () => {
  await using server = await ScriptedServer.start((_, response) => json(response, object));
  await using subject = connect(server.url);
  await subject.client.get(configMap, key);
  const { connections } = server;
  subject.connection.renew(new Error('anything'));
  await subject.client.get(configMap, key);
  expect(server.connections).toBe(connections + 1);
  await until(() => server.open.size === 1);
});

test('a call that waits long for its answer is told of, a watch is not', async () => {
  const clock = new FakeClock();
  let slow = 0;
  await using server = await ScriptedServer.start(() => undefined);
  await using subject = connect(server.url, 'one', { clock, onSlow: () => slow++ });
  const watch = subject.client
    .watch(configMap)
    [Symbol.asyncIterator]()
    .next()
    .catch(() => undefined);
  await until(() => server.requests.length === 1);
  await clock.advance(1_000);
  expect(slow).toBe(0);
  const call = subject.client.get(configMap, key).catch(() => undefined);
  await until(() => server.requests.length === 2);
  await clock.advance(999);
  expect(slow).toBe(0);
  await clock.advance(1);
  expect(slow).toBe(1);
  await subject.connection.close();
  await Promise.all([watch, call]);
  expect(clock.pendingTimers).toBe(0);
});

test('a renewal rejects who still waits for an answer, uses new sockets, and leaves watches alone', async () => {
  let sendEvent: () => unknown = () => undefined;
  await using server = await ScriptedServer.start(({ url }, response, count) => {
    if (url.includes('watch')) {
      sendEvent = () => response.write(line);
      sendEvent();
    } else if (count > 1) {
      json(response, object);
    }
  });
  await using subject = connect(server.url);
  const watch = subject.client.watch(configMap)[Symbol.asyncIterator]();
  await watch.next();
  const call = subject.client.get(configMap, key);
  await until(() => server.requests.length === 2);
  subject.connection.renew(new Error('too long'));
  await expect(call).rejects.toThrow('too long');
  const connections = server.connections;
  await subject.client.get(configMap, key);
  expect(server.connections).toBe(connections + 1);
  sendEvent();
  await expect(watch.next()).resolves.toMatchObject({ value: { type: 'ADDED' } });
});

test('the probe finds a connection when calls have taken all of them', async () => {
  await using server = await ScriptedServer.start(({ url }, response) =>
    url === '/readyz' ? response.end('ok') : null,
  );
  await using subject = connect(server.url);
  const calls = Array.from({ length: 40 }, () => subject.client.get(configMap, key).catch(() => undefined));
  await until(() => server.requests.length === 32);
  await expect(subject.connection.probe.request({ path: '/readyz' })).resolves.toBe('ok');
  await subject.connection.close();
  await Promise.all(calls);
});

test('closing the client does nothing; after closing the connection everything is refused', async () => {
  await using server = await ScriptedServer.start((_, response) => json(response, object));
  await using subject = connect(server.url);
  await subject.client.close();
  await expect(subject.client.get(configMap, key)).resolves.toEqual(object);
  await subject.connection.close();
  await expect(subject.client.get(configMap, key)).rejects.toMatchObject({ code: 'ClientClosed' });
  await expect(subject.connection.probe.get(configMap, key)).rejects.toMatchObject({ code: 'ClientClosed' });
});
