import { expect, test } from '@jest/globals';

import { RuleIndex } from '../index/rule-index.ts';
import { groupKey, userKey } from '../rows/keys.ts';
import { heldPolicies } from './held-policies.ts';
import { WorkBudget } from './work.ts';

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
  expect(Object.fromEntries(heldPolicies(rules, [carol], new WorkBudget(100)))).toEqual({
    'prj-a': ['pol-t-project-viewer'],
    'prj-b': ['pol-custom'],
    '*': ['pol-wide'],
  });
});

test('whoever holds too much is not looked through to the end', () => {
  expect(() => heldPolicies(rules, [carol], new WorkBudget(4))).toThrow(
    expect.objectContaining({ code: 'TooMuchToCompare' }),
  );
});
