import { describe, expect, jest, test } from '@jest/globals';

import { coreKinds, type ConfigMap } from '@tke/meta';

import type { Client } from '../client.ts';
import { clientOf } from '../testing/client.ts';
import { json, refuse, ScriptedServer } from '../testing/scripted-server.ts';

jest.setTimeout(30_000);

const { configMap, namespace } = coreKinds;
const key = { namespace: 'a', name: 'b' };
const object: ConfigMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: key };
const path = '/api/v1/namespaces/a/configmaps/b';

/** What a call puts on the wire. */
async function wire(call: (client: Client) => Promise<unknown>) {
  await using server = await ScriptedServer.start((_, response) => json(response, object));
  await using client = await clientOf(server);
  await call(client);
  const { method, url, body, headers } = server.requests[0]!;
  return { method, url, body: body === '' ? undefined : (JSON.parse(body) as unknown), type: headers['content-type'] };
}

describe('requests', () => {
  test.each<[string, (client: Client) => Promise<unknown>, object]>([
    ['get', (client) => client.get(configMap, key), { method: 'GET', url: path }],
    [
      'create',
      (client) => client.create(configMap, object, { fieldManager: 'me', dryRun: true }),
      {
        method: 'POST',
        url: '/api/v1/namespaces/a/configmaps?fieldManager=me&dryRun=All&fieldValidation=Strict',
        body: object,
        type: 'application/json',
      },
    ],
    [
      'create of a subresource',
      (client) => client.create(configMap, object, { subresource: 'token' }),
      { method: 'POST', url: `${path}/token?fieldValidation=Strict` },
    ],
    [
      'update of a subresource',
      (client) => client.update(configMap, object, { subresource: 'status', fieldValidation: 'Warn' }),
      { method: 'PUT', url: `${path}/status?fieldValidation=Warn`, body: object },
    ],
    [
      'JSON patch',
      (client) => client.patch(configMap, key, { type: 'json', operations: [{ op: 'remove', path: '/data' }] }),
      {
        method: 'PATCH',
        url: `${path}?fieldValidation=Strict`,
        body: [{ op: 'remove', path: '/data' }],
        type: 'application/json-patch+json',
      },
    ],
    [
      'merge patch: force is for apply only',
      (client) => client.patch(configMap, key, { type: 'merge', body: { a: null } }, { force: true }),
      { url: `${path}?fieldValidation=Strict`, body: { a: null }, type: 'application/merge-patch+json' },
    ],
    [
      'strategic merge patch',
      (client) => client.patch(configMap, key, { type: 'strategic', body: { a: 1 } }),
      { body: { a: 1 }, type: 'application/strategic-merge-patch+json' },
    ],
    [
      'server-side apply',
      (client) =>
        client.patch(
          configMap,
          key,
          { type: 'apply', body: object },
          { fieldManager: 'me', force: true, subresource: 'status' },
        ),
      {
        url: `${path}/status?fieldManager=me&fieldValidation=Strict&force=true`,
        body: object,
        type: 'application/apply-patch+yaml',
      },
    ],
    [
      'delete',
      (client) =>
        client.delete(configMap, key, {
          propagationPolicy: 'Foreground',
          gracePeriodSeconds: 0,
          preconditions: { uid: 'u', resourceVersion: '7' },
          dryRun: true,
        }),
      {
        method: 'DELETE',
        url: path,
        body: {
          apiVersion: 'v1',
          kind: 'DeleteOptions',
          propagationPolicy: 'Foreground',
          gracePeriodSeconds: 0,
          preconditions: { uid: 'u', resourceVersion: '7' },
          dryRun: ['All'],
        },
      },
    ],
    [
      'deleteCollection',
      (client) => client.deleteCollection(configMap, { namespace: 'a', labelSelector: 'x in (y, z)' }),
      { method: 'DELETE', url: '/api/v1/namespaces/a/configmaps?labelSelector=x+in+%28y%2C+z%29' },
    ],
    [
      'list',
      (client) => client.list(configMap, { fieldSelector: 'metadata.name=b', resourceVersion: '0' }),
      { method: 'GET', url: '/api/v1/configmaps?fieldSelector=metadata.name%3Db&limit=500&resourceVersion=0' },
    ],
    [
      'raw request',
      (client) =>
        client.request({ method: 'POST', path: '/x?y=1', body: { a: 1 }, headers: { 'Content-Type': 'a/b' } }),
      { method: 'POST', url: '/x?y=1', body: { a: 1 }, type: 'a/b' },
    ],
  ])('%s', async (_, call, expected) => {
    expect(await wire(call)).toMatchObject(expected);
  });

  test('carry the user agent', async () => {
    await using server = await ScriptedServer.start((_, response) => json(response, object));
    await using client = await clientOf(server);
    await client.get(configMap, key);
    expect(server.requests[0]?.headers).toMatchObject({ 'user-agent': 'test/1', accept: 'application/json' });
  });

  test.each<[string, (client: Client) => Promise<unknown>]>([
    // An empty name would be a DELETE of the whole collection.
    ['delete without a name', (client) => client.delete(configMap, { namespace: 'a', name: '' })],
    ['a name that leaves the path', (client) => client.get(configMap, { namespace: 'a', name: '..' })],
    ['a namespaced object without a namespace', (client) => client.get(configMap, { name: 'b' })],
    ['create without a namespace', (client) => client.create(configMap, { ...object, metadata: { name: 'b' } })],
    ['deleteCollection over all namespaces', (client) => client.deleteCollection(configMap, {})],
    ['apply without a field manager', (client) => client.patch(configMap, key, { type: 'apply', body: object })],
    ['a raw path without a slash', (client) => client.request({ path: 'version' })],
  ])('%s is not sent', async (_, call) => {
    await using server = await ScriptedServer.start((__, response) => json(response, {}));
    await using client = await clientOf(server);
    await expect(call(client)).rejects.toMatchObject({ code: 'InvalidRequest', class: 'Bug' });
    expect(server.requests).toHaveLength(0);
  });
});

describe('answers', () => {
  test('delete resolves with the object that still waits for its finalizers, or with nothing', async () => {
    const answers = [object, { kind: 'Status', status: 'Success' }];
    await using server = await ScriptedServer.start((_, response, count) => json(response, answers[count]));
    await using client = await clientOf(server);
    expect(await client.delete(configMap, key)).toEqual(object);
    expect(await client.delete(configMap, key)).toBeUndefined();
  });

  test('a refusal is thrown with its Status', async () => {
    await using server = await ScriptedServer.start((_, response) => refuse(response, 403, 'Forbidden'));
    await using client = await clientOf(server);
    const calls = [
      client.get(configMap, key),
      client.list(configMap),
      client.watch(configMap)[Symbol.asyncIterator]().next(),
      client.request({ path: '/x' }),
    ];
    for (const call of calls) {
      await expect(call).rejects.toMatchObject({ code: 'Forbidden', httpStatus: 403, status: { reason: 'Forbidden' } });
    }
  });

  test('a raw request gives JSON where it is JSON, text where not', async () => {
    await using server = await ScriptedServer.start(({ url }, response) =>
      url === '/json' ? json(response, { a: 1 }) : void response.end('ok'),
    );
    await using client = await clientOf(server);
    expect(await client.request({ path: '/json' })).toEqual({ a: 1 });
    expect(await client.request({ path: '/readyz' })).toBe('ok');
  });
});

describe('lists', () => {
  const item = (name: string) => ({ metadata: { name } });
  const page = (names: string[], token?: string) => ({
    kind: 'ConfigMapList',
    apiVersion: 'v1',
    metadata: { resourceVersion: '7', ...(token && { continue: token }) },
    items: names.map(item),
  });

  test('come in pages, and their items know what they are', async () => {
    const pages = [page(['a', 'b'], 'next&'), page(['c'])];
    await using server = await ScriptedServer.start((_, response, count) => json(response, pages[count]));
    await using client = await clientOf(server);
    const list = await client.list(configMap, { limit: 2, resourceVersion: '5', resourceVersionMatch: 'Exact' });
    expect(list).toEqual({
      metadata: { resourceVersion: '7' },
      items: ['a', 'b', 'c'].map((name) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } })),
    });
    expect(server.requests.map(({ url }) => url)).toEqual([
      '/api/v1/configmaps?limit=2&resourceVersion=5&resourceVersionMatch=Exact',
      // The server refuses a version beside a token.
      '/api/v1/configmaps?limit=2&continue=next%26',
    ]);
  });

  test('whose token expires between two pages are read anew as one', async () => {
    await using server = await ScriptedServer.start(({ url }, response) => {
      if (url.includes('continue=')) {
        refuse(response, 410, 'Expired');
      } else {
        json(response, url.includes('limit=') ? page(['a'], 'old') : page(['a', 'b', 'c']));
      }
    });
    await using client = await clientOf(server);
    expect(
      (await client.list(configMap, { labelSelector: 'x', limit: 1 })).items.map(({ metadata }) => metadata.name),
    ).toEqual(['a', 'b', 'c']);
    expect(server.requests.at(-1)?.url).toBe('/api/v1/configmaps?labelSelector=x');
    const pages: unknown[] = [];
    await expect(
      (async () => {
        for await (const each of client.listPages(configMap)) {
          pages.push(each);
        }
      })(),
    ).rejects.toMatchObject({ code: 'Expired' });
    expect(pages).toHaveLength(1);
  });

  test('whose first page is refused with 410 are not tried again', async () => {
    await using server = await ScriptedServer.start((_, response) => refuse(response, 410, 'Expired'));
    await using client = await clientOf(server);
    await expect(client.list(configMap, { resourceVersion: '1' })).rejects.toMatchObject({ code: 'Expired' });
    expect(server.requests).toHaveLength(1);
  });

  test('of cluster-scoped kinds ignore a namespace', async () => {
    await using server = await ScriptedServer.start((_, response) => json(response, page([])));
    await using client = await clientOf(server);
    await client.list(namespace, { namespace: 'a', limit: 0 });
    expect(server.requests[0]?.url).toBe('/api/v1/namespaces');
  });
});

test('warnings of the server are logged, each once', async () => {
  await using server = await ScriptedServer.start((_, response) =>
    json(response, object, 200, { warning: '299 - "v1 is \\"old\\", use v2", 299 - "second"' }),
  );
  const logged: unknown[] = [];
  const { discardLogger } = await import('@tke/log');
  const logger = { ...discardLogger, warn: (_: string, fields?: object) => void logged.push(fields) };
  await using client = await clientOf(server, { options: { logger } });
  await client.get(configMap, key);
  await client.get(configMap, key);
  expect(logged).toEqual([{ warning: 'v1 is "old", use v2' }, { warning: 'second' }]);
});
