import { expect, test } from '@jest/globals';

import { walk } from './walk.ts';

const links: Record<string, [role: string, domain: string][]> = {
  group: [
    ['rol-a', '*'],
    ['rol-b', 'prj-1'],
    ['pol-2', 'prj-2'],
  ],
  'rol-a': [
    ['pol-a', 'prj-1'],
    ['pol-a', 'prj-2'],
  ],
  'rol-b': [
    ['pol-b', '*'],
    ['pol-c', 'prj-2'],
    ['group', 'prj-1'],
  ],
};
const reached = (domain: string) =>
  walk([{ name: 'group', domain }], (name) =>
    (links[name] ?? []).map(([role, inProject]) => ({ role, domain: inProject })),
  )
    .map((each) => `${each.name} ${each.domain}`)
    .toSorted();

test('from everywhere enters each project, and from one project no other', () => {
  expect(reached('*')).toEqual([
    'group *',
    'pol-2 prj-2',
    'pol-a prj-1',
    'pol-a prj-2',
    'pol-b prj-1',
    'rol-a *',
    'rol-b prj-1',
  ]);
  expect(reached('prj-1')).toEqual(['group prj-1', 'pol-a prj-1', 'pol-b prj-1', 'rol-a prj-1', 'rol-b prj-1']);
  expect(reached('prj-3')).toEqual(['group prj-3', 'rol-a prj-3']);
});
