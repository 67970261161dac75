import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';

import { waitFor } from '@tke/envtest';

import { PlatformHub } from '../baremetal/testing/platform-hub.ts';

jest.setTimeout(180_000);

const hanging = 70; // more than there are workers
const aThird = 20; // of the workers: what a tenant who is alone has

let hub: PlatformHub;

beforeAll(async () => {
  hub = await PlatformHub.start();
});
afterAll(() => hub.stop());

test("a tenant's cluster is built though all hosts of another tenant hang, and though that one came first", async () => {
  const stuck = new Set<string>();
  const end = new AbortController();
  hub.create.on('EnsurePreflight', async ({ clock }, { cluster }) => {
    if (cluster.spec.tenantID === 'acme') {
      stuck.add(cluster.metadata.name ?? '');
      await clock.sleep(600_000, end.signal).catch(() => undefined);
    }
    return undefined;
  });
  hub.create.on('EnsureStoreCredential', async (_attempt, scope) => {
    await scope.saveCredential(await hub.credential());
    return undefined;
  });
  await hub.startManager();
  try {
    await Promise.all(Array.from({ length: hanging }, (_, index) => hub.addCluster(`cls-acme${index}`)));
    await waitFor(() => stuck.size === aThird, { description: 'hosts of the tenant hang', timeoutMs: 60_000 });
    // The longest anything of them would take is ten minutes: what is ready earlier has not waited.
    await hub.addCluster('cls-other', { tenantID: 'other' });
    await hub.untilReason('cls-other', 'Succeeded');
    expect(stuck.size).toBe(aThird);
  } finally {
    end.abort();
    await hub.stopManager();
  }
});
