import { expect, test } from '@jest/globals';
import { everyDomain } from '../rows/row.ts';
import { maxLinkDepth, pathTo, reach } from './reach.ts';
import { RuleIndex } from './rule-index.ts';

function linked(...links: readonly (readonly [member: string, role: string, domain?: string])[]): RuleIndex {
  const index = new RuleIndex();
  links.forEach(([v0, v1, v2 = everyDomain], at) => index.upsert(`r${at}`, { ptype: 'g', v0, v1, v2 }));
  return index;
}

function names(index: RuleIndex, subjects: readonly string[], domain = ''): string[] {
  return reach(index, subjects, domain).map(({ name }) => name);
}

test('a membership and a project grant to the group meet in the project, and only there', () => {
  const index = linked(['user', 'group'], ['group', 'pol', 'prj-a']);
  expect(names(index, ['user'], 'prj-a')).toEqual(['user', 'group', 'pol']);
  expect(names(index, ['user'], 'prj-b')).toEqual(['user', 'group']);
  expect(names(index, ['user'])).toEqual(['user', 'group']);
});

test('project links and common links may follow each other in any order', () => {
  const index = linked(['user', 'a', 'prj'], ['a', 'b'], ['b', 'c', 'prj'], ['c', 'd', 'other']);
  expect(names(index, ['user'], 'prj')).toEqual(['user', 'a', 'b', 'c']);
});

test('cycles and many paths end', () => {
  const layers = Array.from({ length: 9 }, (_, layer) =>
    Array.from({ length: 100 }, (__, at) => [`${layer}.${Math.floor(at / 10)}`, `${layer + 1}.${at % 10}`] as const),
  ).flat();
  const index = linked(['user', '0.0'], ...layers, ['9.0', '0.0'], ['9.1', 'user']);
  expect(names(index, ['user'])).toHaveLength(2 + 9 * 10);
});

test('links end at the depth Casbin ends at', () => {
  const chain = Array.from({ length: 12 }, (_, at) => [`n${at}`, `n${at + 1}`] as const);
  expect(names(linked(...chain), ['n0'])).toHaveLength(1 + maxLinkDepth);
  expect(maxLinkDepth).toBe(10);
});

test('the path tells the links in order', () => {
  const index = linked(['user', 'group'], ['group', 'rol'], ['rol', 'pol', 'prj']);
  const pol = reach(index, ['other', 'user'], 'prj').find(({ name }) => name === 'pol');
  expect(pol && pathTo(pol).map(({ name, member }) => [name, member])).toEqual([
    ['r0', 'user'],
    ['r1', 'group'],
    ['r2', 'rol'],
  ]);
});

test('a project called * is no way to the links of all projects', () => {
  const index = linked(['user', 'pol', 'prj-a']);
  expect(names(index, ['user'], everyDomain)).toEqual(['user']);
});
