import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Project } from '@tke/api-business';

import { projectKind } from '../objects/kinds.ts';
import { chargesOf, totalCharged, type Entry } from '../quota/entries.ts';
import { LedgerRoom } from '../quota/ledger-room.ts';
import { limitsByCluster, writtenLimits } from '../quota/limits.ts';
import { BusinessHub } from '../testing/business-hub.ts';
import { aProject, limits } from '../testing/objects.ts';
import { projectFieldManager as fieldManager } from './names.ts';
import { usedByCluster } from './printed.ts';

const etcdLimit = 1.5 * 1024 * 1024;

let hub: BusinessHub;

beforeAll(async () => {
  hub = await BusinessHub.start({ controllers: [], permissions: [] });
}, 300_000);

afterAll(() => hub.stop());

const kindsOf = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`requests.example.com/gpu-${i}`, `${i}500`]));
const clusterOf = (index: number) => `cls-cluster-${index % 64}`;

/** Children with so many kinds each, until there is no room for one more. */
function fullLedger(kinds: number): readonly Entry[] {
  const room = new LedgerRoom([]);
  const entries: Entry[] = [];
  for (;;) {
    const index = entries.length;
    const entry: Entry = {
      ...{ kind: 'Namespace', name: `${clusterOf(index)}-team-${index}`, uid: crypto.randomUUID(), generation: 12 },
      clusters: limitsByCluster(limits({ [clusterOf(index)]: kindsOf(kinds) })),
    };
    if (!room.hasRoomFor(entry, undefined)) {
      return entries;
    }
    room.put(entry);
    entries.push(entry);
  }
}

test.each([4, 10, 48])(
  'a full ledger of children with %d kinds each fits into one object, beside limits of 64 clusters',
  async (kinds) => {
    const name = `prj-full-${kinds}`;
    const clusters = Object.fromEntries(Array.from({ length: 64 }, (_, i) => [clusterOf(i), kindsOf(kinds)]));
    await hub.admin.create(projectKind, aProject(name, clusters), { fieldManager: 'kubectl' });
    const entries = fullLedger(kinds);
    const own = limitsByCluster(limits(clusters));
    const status = {
      ...{ cachedParent: 'prj-parent', cachedSpecClusters: writtenLimits(own), charges: chargesOf(entries) },
      ...{
        clusters: usedByCluster(own, totalCharged(entries)),
        calculatedNamespaces: entries.map((entry) => entry.name),
      },
    };
    const options = { fieldManager, subresource: 'status' } as const;
    const stored = await hub.admin.patch<Project>(projectKind, { name }, { type: 'merge', body: { status } }, options);
    const bytes = (object: unknown) => JSON.stringify(object).length;
    const managed = bytes(stored.metadata.managedFields);
    process.stderr.write(
      `${kinds} kinds: ${entries.length} children, ${entries.length * kinds} amounts; the object has ${bytes(stored)} bytes, ${managed} of them managedFields\n`,
    );
    expect(stored.status?.charges).toHaveLength(entries.length);
    expect(bytes(stored)).toBeLessThan(etcdLimit);
  },
  300_000,
);
