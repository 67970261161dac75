import { expect, test } from '@jest/globals';

import { FakeClock } from '@tke/time';

import type { ClusterPass } from '../cluster/provider.ts';
import { markStep } from './import-steps.ts';
import { ImportedProvider, type ImportedProviderOptions } from './imported-provider.ts';

/** A pass over a cluster that was imported and answers. */
function pass(lookAgainInMs?: number) {
  const provider = new ImportedProvider({
    members: { get: () => ({ health: { state: 'Healthy' } }) },
    observer: { observe: () => Promise.resolve({ fields: {}, conditions: [], lookAgainInMs }) },
    clock: new FakeClock(),
    random: () => 0.5,
  } as unknown as ImportedProviderOptions);
  const object = {
    metadata: { name: 'cls-a' },
    spec: { features: { skipConditions: [markStep] } },
    status: { plan: { operation: 'Import', finishedAt: '2026-05-01T00:00:00Z' } },
  };
  return provider.reconcile({ draft: { object, update: () => Promise.resolve() } } as unknown as ClusterPass);
}

test('what is known to be old is looked at again as soon as it may be, all else in about a minute', async () => {
  expect(await pass(4_000)).toMatchObject({ phase: 'Running', requeueAfterMs: 4_000 });
  const { requeueAfterMs = 0 } = await pass();
  expect(Math.abs(requeueAfterMs - 60_000)).toBeLessThanOrEqual(6_000);
});
