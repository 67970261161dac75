import { expect, test } from '@jest/globals';
import type { Project } from '@tke/api-business';
import { cacheOf } from '@tke/runtime/testing';

import { aProject, limits } from '../testing/objects.ts';
import { ledgersOf } from './family.ts';
import { indexProjects } from './indexes.ts';

test('a project concerns the ledger of one it left before it took what was set aside there', async () => {
  const stop = new AbortController();
  const charge = { kind: 'Project' as const, name: 'prj-c', uid: 'uid-c', generation: 1, clusters: limits({}) };
  const left: Project = { ...aProject('prj-left'), status: { cachedParent: '', charges: [charge] } };
  const cache = await cacheOf([left, aProject('prj-other')], indexProjects, stop.signal);
  const child = aProject('prj-c', {}, { parentProjectName: 'prj-other' });
  expect(ledgersOf({ ...child, metadata: { ...child.metadata, uid: 'uid-c' } }, cache)).toEqual([
    'prj-other',
    'prj-left',
  ]);
  // Another one of its name has no part in it.
  expect(ledgersOf({ ...child, metadata: { ...child.metadata, uid: 'uid-d' } }, cache)).toEqual(['prj-other']);
  stop.abort();
});
