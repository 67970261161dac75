import { expect, test } from '@jest/globals';
import { memberLabels } from '@tke/api-business';

import { emigrationFrom } from '../emigration/names.ts';
import { aNamespace } from '../testing/objects.ts';
import type { Claimant } from './claimants.ts';
import { ownershipOf, type MemberNamespace } from './ownership.ts';

function claimant(project: string, memberUID?: string, from?: string): Claimant {
  const object = aNamespace(project, ['cls-a', 'web']);
  const annotations = from === undefined ? {} : { [emigrationFrom]: from };
  return {
    ...object,
    metadata: { ...object.metadata, annotations },
    status: memberUID === undefined ? {} : { memberUID },
  };
}

function found(project?: string, namespace?: string): MemberNamespace {
  const labels = {
    ...(project !== undefined && { [memberLabels.project]: project }),
    ...(namespace !== undefined && { [memberLabels.namespace]: namespace }),
  };
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'web', uid: 'u', labels } };
}

const [ours, theirs] = [found('prj-a', 'cls-a-web'), found('prj-b', 'cls-a-web')];
const unseen = claimant('prj-b');
const seen = claimant('prj-a', 'u');

test.each<[string, MemberNamespace, Claimant, readonly Claimant[], string]>([
  ['labelled for us', ours, claimant('prj-a'), [], 'ours'],
  ['labelled for our project only, as TKEStack did', found('prj-a'), claimant('prj-a'), [], 'ours'],
  ['labelled for another object of our project', found('prj-a', 'cls-b-web'), claimant('prj-a'), [], 'taken'],
  ['labelled for nobody', found(), claimant('prj-a'), [], 'unowned'],
  ['labelled for another project', theirs, claimant('prj-a'), [], 'taken'],
  ['labelled for another one that claims it too', theirs, claimant('prj-a'), [unseen], 'taken'],
  ['seen as ours, its labels gone', found(), seen, [], 'strayed'],
  ['seen as ours, labelled for another', theirs, seen, [unseen], 'strayed'],
  ['another one of the same name than the one seen', theirs, claimant('prj-a', 'old'), [], 'taken'],
  ['seen as another’s, labelled for us', theirs, unseen, [seen], 'taken'],
  ['seen as another’s, its labels gone', found(), unseen, [seen], 'taken'],
  [
    'seen as another’s that it moves from, labelled for us',
    theirs,
    claimant('prj-b', undefined, 'prj-a'),
    [seen],
    'ours',
  ],
  ['moved to another, which the labels say', theirs, seen, [claimant('prj-b', undefined, 'prj-a')], 'taken'],
  ['moved back from us by its labels', ours, claimant('prj-b', 'u', 'prj-a'), [claimant('prj-a')], 'taken'],
])('a namespace that is %s', (_, namespace, own, rivals, kind) => {
  expect(ownershipOf(namespace, own, rivals).kind).toBe(kind);
});

test('who has it is told by project and Namespace', () => {
  expect(ownershipOf(theirs, claimant('prj-a'), [])).toEqual({ kind: 'taken', by: 'prj-b/cls-a-web' });
  expect(ownershipOf(found('prj-b'), claimant('prj-a'), [])).toEqual({ kind: 'taken', by: 'prj-b' });
  expect(ownershipOf(found(), unseen, [seen])).toEqual({ kind: 'taken', by: 'prj-a/cls-a-web' });
});
