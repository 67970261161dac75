import { expect, jest, test } from '@jest/globals';

import { coreKinds } from '@tke/meta';

import { impersonating } from './impersonate.ts';
import { clientOf } from './testing/client.ts';
import { json, ScriptedServer } from './testing/scripted-server.ts';

jest.setTimeout(30_000);

const { configMap } = coreKinds;
const key = { namespace: 'a', name: 'b' };
const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: key };

/** The Impersonate headers as the server reads them: UTF-8. */
function impersonated(rawHeaders: readonly string[]): string[] {
  return rawHeaders.flatMap((name, index) =>
    index % 2 === 0 && name.startsWith('impersonate-')
      ? [`${name}: ${Buffer.from(rawHeaders[index + 1] ?? '', 'latin1').toString('utf8')}`]
      : [],
  );
}

test('says for whom, over the sockets of the client it came from', async () => {
  await using server = await ScriptedServer.start((_, response) => json(response, object));
  await using client = await clientOf(server);
  const alice = impersonating(client, {
    user: '张三',
    groups: ['dev', 'ops'],
    uid: '7',
    extra: { 'tkestack.io/TenantID': ['a', 'b'], 'weird(key)': ['c'] },
  });
  await client.get(configMap, key);
  await alice.get(configMap, key);
  await impersonating(client, { user: 'bob' }).create(configMap, object);
  expect(server.requests.map(({ rawHeaders }) => impersonated(rawHeaders))).toEqual([
    [],
    [
      'impersonate-user: 张三',
      'impersonate-group: dev',
      'impersonate-group: ops',
      'impersonate-uid: 7',
      'impersonate-extra-tkestack.io%2Ftenantid: a',
      'impersonate-extra-tkestack.io%2Ftenantid: b',
      'impersonate-extra-weird%28key%29: c',
    ],
    ['impersonate-user: bob'],
  ]);
  expect(server.connections).toBeLessThanOrEqual(2);
});

test('closing it leaves the client it came from open', async () => {
  await using server = await ScriptedServer.start((_, response) => json(response, object));
  await using client = await clientOf(server);
  await impersonating(client, { user: 'bob' }).close();
  await expect(client.get(configMap, key)).resolves.toEqual(object);
});

test("goes before the kubeconfig's own", async () => {
  await using server = await ScriptedServer.start((_, response) => json(response, object));
  await using client = await clientOf(server, { user: { as: 'carol', 'as-groups': ['carols'] } });
  await client.get(configMap, key);
  await impersonating(client, { user: 'bob' }).get(configMap, key);
  expect(server.requests.map(({ rawHeaders }) => impersonated(rawHeaders))).toEqual([
    ['impersonate-user: carol', 'impersonate-group: carols'],
    ['impersonate-user: bob'],
  ]);
});

test('a name that would end the header is not sent', async () => {
  await using server = await ScriptedServer.start((_, response) => json(response, object));
  await using client = await clientOf(server);
  const call = impersonating(client, { user: 'bob\r\nimpersonate-group: system:masters' }).get(configMap, key);
  await expect(call).rejects.toMatchObject({ code: 'InvalidRequest', class: 'Bug' });
  expect(server.requests).toHaveLength(0);
});
