import { afterAll, beforeAll, expect, test } from '@jest/globals';

import type { Client } from '../client.ts';
import { installWidgets, realClient } from '../testing/real-server.ts';
import { Discovery } from './discovery.ts';
import { aggregatedAccept } from './aggregated.ts';
import { readLegacy } from './legacy.ts';
import { markPreferred } from './api-resource.ts';

let client: Client;

beforeAll(async () => {
  client = await realClient();
}, 120_000);

afterAll(() => client.close());

test('finds a CRD that was installed after the first look', async () => {
  const discovery = new Discovery(client);
  await discovery.resources();
  const widget = await installWidgets(client);
  expect(await discovery.kindFor(widget.group, 'Widget')).toMatchObject({
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
  const describeAll = (resources: Awaited<ReturnType<Discovery['resources']>>) =>
    resources
      .filter(({ group }) => !group.endsWith('.test'))
      .map(({ group, version, plural, kind, namespaced, preferred, subresources }) =>
        [group, version, plural, kind, namespaced, preferred, ...subresources.map(({ name }) => name).sort()].join(' '),
      )
      .sort();
  expect(describeAll(markPreferred(legacy.resources))).toEqual(describeAll(await new Discovery(client).resources()));
});
