import { expect, jest, test } from '@jest/globals';

import { discardLogger } from '@tke/log';
import { coreKinds } from '@tke/meta';
import { FakeClock, systemClock, type Clock } from '@tke/time';

import { SwitchableConnection } from '../switchable.ts';
import { json, ScriptedServer } from '../testing/scripted-server.ts';
import { until } from '../testing/until.ts';

jest.setTimeout(30_000);

const { configMap } = coreKinds;
const key = { namespace: 'a', name: 'b' };
const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: key };
const dead = 'http://127.0.0.1:1';

function clientOf(...urls: string[]) {
  return clientWith(systemClock, ...urls);
}

function clientWith(clock: Clock, ...urls: string[]) {
  const connection = new SwitchableConnection({ userAgent: 'test/1', logger: discardLogger, clock });
  const [server, ...alternatives] = urls.map((url) => new URL(url));
  connection.switchTo({ server: server!, alternatives, insecureSkipVerify: false, user: { type: 'stored' } });
  connection.open();
  return Object.assign(connection.client, { [Symbol.asyncDispose]: () => connection.close() });
}

const serve = () => ScriptedServer.start((_, response) => json(response, object));

test('an address that cannot be connected to is passed over, writes included, and not tried again', async () => {
  await using server = await serve();
  await using client = clientOf(dead, server.url, dead);
  await client.create(configMap, object);
  await client.get(configMap, key);
  expect(server.requests.map(({ method }) => method)).toEqual(['POST', 'GET']);
});

test('an address that works is kept; when it is gone the next one takes over', async () => {
  const first = await serve();
  await using second = await serve();
  await using client = clientOf(first.url, second.url);
  await client.get(configMap, key);
  await client.get(configMap, key);
  expect([first.requests.length, second.requests.length]).toEqual([2, 0]);
  await first[Symbol.asyncDispose]();
  await client.get(configMap, key);
  expect(second.requests).toHaveLength(1);
});

test('a request that was sent is not repeated elsewhere, but the next one goes to the next address', async () => {
  await using silent = await ScriptedServer.start(() => undefined);
  await using server = await serve();
  const clock = new FakeClock();
  await using client = clientWith(clock, silent.url, server.url);
  const unanswered = expect(client.create(configMap, object)).rejects.toMatchObject({ code: 'Timeout' });
  await until(() => silent.requests.length === 1);
  await clock.advance(30_000);
  await unanswered;
  expect(server.requests).toHaveLength(0);
  await expect(client.get(configMap, key)).resolves.toEqual(object);
});

test('what the server refuses is no reason to ask another address', async () => {
  await using refusing = await ScriptedServer.start((_, response) => json(response, { kind: 'Status' }, 403));
  await using server = await serve();
  await using client = clientOf(refusing.url, server.url);
  await expect(client.get(configMap, key)).rejects.toMatchObject({ httpStatus: 403 });
  await expect(client.get(configMap, key)).rejects.toMatchObject({ httpStatus: 403 });
  expect(server.requests).toHaveLength(0);
});

test('when no address works, each is named', async () => {
  await using client = clientOf(dead, 'http://127.0.0.1:2');
  await expect(client.get(configMap, key)).rejects.toMatchObject({
    code: 'ConnectionFailed',
    message: expect.stringMatching(/127.0.0.1:1.*127.0.0.1:2/),
  });
});
