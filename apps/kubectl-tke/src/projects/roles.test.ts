import { expect, test } from '@jest/globals';

import { groupKey, RuleIndex, userKey } from '@tke/authz';

import { heldPolicies, roleOf } from './roles.ts';

const rules = new RuleIndex();
let rows = 0;
const link = (member: string, role: string, domain = '*') =>
  rules.upsert(`g-${rows++}`, { ptype: 'g', v0: member, v1: role, v2: domain });
const policy = (name: string) =>
  rules.upsert(`p-${rows++}`, { ptype: 'p', v0: name, v1: '*', v2: '*', v3: 'getPod', v4: 'allow' });

['pol-t-project-owner', 'pol-t-project-viewer', 'pol-custom', 'pol-wide'].forEach(policy);
const carol = userKey('t', 'carol');
const team = groupKey('t', 'team');
link(carol, 'pol-t-project-viewer', 'prj-a');
link(carol, team);
link(team, 'pol-custom', 'prj-b');
link(carol, 'rol-x');
link('rol-x', 'pol-wide');
link(carol, 'pol-without-rows', 'prj-c');
link(userKey('t', 'eve'), 'pol-t-project-owner', 'prj-a');

test('the policies of somebody are found by project, through groups and roles, and nobody else’s', () => {
  expect(Object.fromEntries(heldPolicies(rules, [carol]))).toEqual({
    'prj-a': ['pol-t-project-viewer'],
    'prj-b': ['pol-custom'],
    '*': ['pol-wide'],
  });
});

test('only the policies of a tenant’s own projects have short names', () => {
  expect(
    ['pol-t-project-owner', 'pol-t-project-other', 'pol-u-project-owner'].map((name) => roleOf(name, 't')),
  ).toEqual(['owner', 'pol-t-project-other', 'pol-u-project-owner']);
});
