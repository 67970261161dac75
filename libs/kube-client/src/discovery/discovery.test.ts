import { describe, expect, jest, test } from '@jest/globals';

import { clientOf } from '../testing/client.ts';
import { json, refuse, ScriptedServer, type Script } from '../testing/scripted-server.ts';
import { Discovery } from './discovery.ts';

jest.setTimeout(30_000);

const pods = {
  resource: 'pods',
  responseKind: { group: '', version: 'v1', kind: 'Pod' },
  scope: 'Namespaced',
  singularResource: 'pod',
  verbs: ['get', 'list'],
  shortNames: ['po'],
  categories: ['all'],
  subresources: [{ subresource: 'status', responseKind: { group: '', version: 'v1', kind: 'Pod' }, verbs: ['get'] }],
};
const widget = (version: string) => ({
  resource: 'widgets',
  responseKind: { group: 'x.io', version, kind: 'Widget' },
  scope: 'Cluster',
  verbs: ['get'],
});
const list = (items: object[]) => ({ kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', items });
const group = (name: string, versions: object[]) => ({ metadata: { name }, versions });

const aggregated: Script = ({ url }, response) =>
  json(
    response,
    url === '/api'
      ? list([group('', [{ version: 'v1', freshness: 'Current', resources: [pods] }])])
      : list([
          group('x.io', [
            { version: 'v2', freshness: 'Current', resources: [widget('v2')] },
            { version: 'v1', freshness: 'Current', resources: [widget('v1')] },
          ]),
          group('metrics.k8s.io', [{ version: 'v1', freshness: 'Stale' }]),
        ]),
  );

const documents: Readonly<Record<string, object>> = {
  '/api': { kind: 'APIVersions', versions: ['v1'] },
  '/apis': {
    kind: 'APIGroupList',
    groups: [
      { name: 'x.io', versions: [{ version: 'v1' }, { version: 'v2' }], preferredVersion: { version: 'v2' } },
      { name: 'metrics.k8s.io', versions: [{ version: 'v1' }] },
    ],
  },
  '/api/v1': {
    resources: [
      {
        name: 'pods',
        singularName: 'pod',
        kind: 'Pod',
        namespaced: true,
        verbs: ['get', 'list'],
        shortNames: ['po'],
        categories: ['all'],
      },
      { name: 'pods/status', kind: 'Pod', namespaced: true, verbs: ['get'] },
    ],
  },
  '/apis/x.io/v1': { resources: [{ name: 'widgets', kind: 'Widget', namespaced: false, verbs: ['get'] }] },
  '/apis/x.io/v2': { resources: [{ name: 'widgets', kind: 'Widget', namespaced: false, verbs: ['get'] }] },
};

const legacy: Script = ({ url }, response) =>
  url in documents ? json(response, documents[url]) : refuse(response, 503, 'ServiceUnavailable');

async function discoveryOf(script: Script) {
  const server = await ScriptedServer.start(script);
  const client = await clientOf(server);
  return {
    server,
    discovery: new Discovery(client),
    [Symbol.asyncDispose]: async () => {
      await client.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

describe.each([
  ['aggregated', aggregated, 2],
  ['legacy', legacy, 6],
])('%s discovery', (_, script, requests) => {
  test('lists resources with subresources and the preferred version', async () => {
    await using it = await discoveryOf(script);
    const resources = await it.discovery.resources();
    expect(resources).toHaveLength(3);
    expect(resources).toContainEqual({
      group: '',
      version: 'v1',
      kind: 'Pod',
      plural: 'pods',
      singular: 'pod',
      namespaced: true,
      verbs: ['get', 'list'],
      shortNames: ['po'],
      categories: ['all'],
      subresources: [{ name: 'status', verbs: ['get'] }],
      preferred: true,
    });
  });

  test('maps between kinds and resources, asking once', async () => {
    await using it = await discoveryOf(script);
    const [kind, resource, old] = await Promise.all([
      it.discovery.kindFor('x.io', 'Widget'),
      it.discovery.resourceFor('', 'pods'),
      it.discovery.kindFor('x.io', 'Widget', { version: 'v1' }),
    ]);
    expect(kind).toMatchObject({ plural: 'widgets', version: 'v2', namespaced: false, preferred: true });
    expect(resource).toMatchObject({ kind: 'Pod' });
    expect(old).toMatchObject({ version: 'v1', preferred: false });
    expect(it.server.requests).toHaveLength(requests);
    it.discovery.invalidate();
    await it.discovery.resources();
    expect(it.server.requests).toHaveLength(2 * requests);
  });

  test('says what is not served, and whom it could not ask', async () => {
    await using it = await discoveryOf(script);
    await expect(it.discovery.kindFor('metrics.k8s.io', 'PodMetrics')).rejects.toMatchObject({
      code: 'KindNotServed',
      message: 'kind PodMetrics of group "metrics.k8s.io" is not served (no answer about metrics.k8s.io/v1)',
    });
    await expect(it.discovery.resourceFor('x.io', 'widgets', { version: 'v3' })).rejects.toMatchObject({
      message: expect.stringContaining('resource widgets.x.io in version v3 is not served'),
    });
  });
});

test('a kind that is missing in the cache is looked for once more on the server', async () => {
  let installed = false;
  await using it = await discoveryOf((request, response, count) =>
    installed || request.url === '/api' ? aggregated(request, response, count) : json(response, list([])),
  );
  await expect(it.discovery.kindFor('x.io', 'Widget')).rejects.toMatchObject({ code: 'KindNotServed' });
  expect(it.server.requests).toHaveLength(2);
  installed = true;
  await Promise.all([it.discovery.kindFor('x.io', 'Widget'), it.discovery.resourceFor('x.io', 'widgets')]);
  expect(it.server.requests).toHaveLength(4);
});

test('a failure is not remembered', async () => {
  let down = true;
  await using it = await discoveryOf((request, response, count) =>
    down ? refuse(response, 503, 'ServiceUnavailable') : aggregated(request, response, count),
  );
  await expect(it.discovery.resources()).rejects.toMatchObject({ code: 'ServiceUnavailable' });
  down = false;
  await expect(it.discovery.resources()).resolves.toHaveLength(3);
});

test('whoever gives up waiting leaves the answer to the others', async () => {
  await using it = await discoveryOf(aggregated);
  const controller = new AbortController();
  const [given, taken] = [it.discovery.resources({ signal: controller.signal }), it.discovery.resources()];
  controller.abort(new Error('enough'));
  await expect(given).rejects.toThrow('enough');
  await expect(taken).resolves.toHaveLength(3);
});
