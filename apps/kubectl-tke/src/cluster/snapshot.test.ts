import { describe, expect, test } from '@jest/globals';

import { policy } from '@tke/api-auth';
import { followedKinds } from '@tke/authz-state';
import { KubeApiError, type Client } from '@tke/kube-client';
import { kindKey, type Kind, type ResourceAttributes } from '@tke/meta';

import { isNeededFor, type SnapshotQuestion } from './needed-kinds.ts';
import { readSnapshot } from './snapshot.ts';

/** A server that keeps the objects of one API group to itself. */
function readAs(forbiddenGroup: string, questions: readonly SnapshotQuestion[]) {
  const list = ({ group }: Kind) =>
    group === forbiddenGroup
      ? Promise.reject(new KubeApiError({ method: 'GET', path: '/' }, 403, { reason: 'Forbidden' }))
      : Promise.resolve({ items: [] });
  const notes: string[] = [];
  const snapshot = readSnapshot({ list } as unknown as Client, followedKinds, {
    signal: new AbortController().signal,
    isNeeded: isNeededFor(questions),
    note: (text) => notes.push(text),
  });
  return { snapshot, notes };
}

function about(attributes: ResourceAttributes, cluster?: string): SnapshotQuestion {
  return { spec: { resourceAttributes: { verb: 'get', ...attributes } }, cluster };
}

const platform = 'platform.tkestack.io';
const pods = { group: '', resource: 'pods' };

describe('somebody who may not list the kinds of the platform', () => {
  test.each([
    ['about nothing in particular', []],
    ['about pods', [about(pods)]],
    ['about a path', [{ spec: { nonResourceAttributes: { verb: 'get', path: '/healthz' } } }]],
    ['about a policy', [about({ group: policy.group, resource: policy.plural })]],
  ])('is told so once, and can ask %s', async (_what, questions) => {
    const { snapshot, notes } = readAs(platform, questions);
    expect([...(await snapshot).keys()]).toEqual(followedKinds.map(kindKey));
    expect(notes).toEqual([expect.stringMatching(/^may not list .*clusters\.platform\.tkestack\.io/)]);
  });

  test.each([
    ['about a cluster', [about(pods), about({ group: platform, resource: 'Clusters' })]],
    ['as a member cluster', [about(pods, 'cls-a')]],
  ])('cannot ask %s, whose owner decides', async (_what, questions) => {
    await expect(readAs(platform, questions).snapshot).rejects.toMatchObject({ code: 'RulesNotReadable' });
  });
});

test('nobody can ask who may not list the kinds of auth.tkestack.io', async () => {
  await expect(readAs(policy.group, []).snapshot).rejects.toMatchObject({ code: 'RulesNotReadable' });
});

test('who may list everything is told nothing', async () => {
  const { snapshot, notes } = readAs('none', [about({ group: platform, resource: 'clusters' }, 'cls-a')]);
  await snapshot;
  expect(notes).toEqual([]);
});
