import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';

import { waitFor } from '@tke/envtest';

import type { Client } from '../client.ts';
import { installWidgets, realClient } from '../testing/real-server.ts';
import { Discovery } from './discovery.ts';
import { aggregatedAccept } from './aggregated.ts';
import { readLegacy } from './legacy.ts';
import { markPreferred } from './api-resource.ts';

jest.setTimeout(240_000);

let client: Client;

beforeAll(async () => {
  client = await realClient();
});

afterAll(() => client.close());

test('finds a CRD that was installed after the first look', async () => {
  const discovery = new Discovery(client);
  await discovery.resources();
  const widget = await installWidgets(client);
  // The server puts a kind into its discovery some time after it serves it.
  const found = () => discovery.kindFor(widget.group, 'Widget');
  expect(await waitFor(found, { description: 'discovery has the kind', timeoutMs: 60_000 })).toMatchObject({
    ...widget,
    shortNames: ['wd'],
    subresources: [{ name: 'status', verbs: ['get', 'patch', 'update'] }],
  });
  expect(await discovery.resourceFor('', 'pods')).toMatchObject({
    kind: 'Pod',
    namespaced: true,
    subresources: expect.arrayContaining([expect.objectContaining({ name: 'exec' })]),
  });
  await expect(discovery.kindFor(widget.group, 'Gadget')).rejects.toMatchObject({ code: 'KindNotServed' });
});

test('the old way of asking gives the same answer as the new one', async () => {
  expect(await client.request({ path: '/apis', headers: { accept: aggregatedAccept } })).toMatchObject({
    kind: 'APIGroupDiscoveryList',
  });
  const ask = (path: string) => client.request({ path });
  const legacy = await readLegacy(await ask('/api'), await ask('/apis'), ask);
  // Those of Kubernetes: other tests install and remove kinds meanwhile.
  const describeAll = (resources: Awaited<ReturnType<Discovery['resources']>>) =>
    resources
      .filter(({ group }) => !group.includes('.') || group.endsWith('.k8s.io'))
      .map(({ group, version, plural, kind, namespaced, preferred, subresources }) =>
        [group, version, plural, kind, namespaced, preferred, ...subresources.map(({ name }) => name).sort()].join(' '),
      )
      .sort();
  expect(describeAll(markPreferred(legacy.resources))).toEqual(describeAll(await new Discovery(client).resources()));
});
