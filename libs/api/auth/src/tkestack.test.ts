import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from '@jest/globals';
import { loadAll } from 'js-yaml';

import { validate } from '@tke/crd/validate';
import type { KubeObject } from '@tke/meta';

import { authKinds } from './kinds.ts';

const folder = join(import.meta.dirname, 'testdata', 'tkestack');
const objects = readdirSync(folder)
  .flatMap((name) => loadAll(readFileSync(join(folder, name), 'utf8')) as KubeObject[])
  .map((object) => [object.kind, object.metadata.name, object] as const);

function problemsOf(object: KubeObject): readonly unknown[] {
  const kind = authKinds.find((each) => each.kind === object.kind);
  return kind === undefined ? [`no kind ${object.kind}`] : validate(kind, object);
}

function like(kind: string, change: (object: KubeObject & { spec: Record<string, unknown> }) => void): KubeObject {
  const object = structuredClone(objects.find((each) => each[0] === kind)?.[2]) as never;
  change(object);
  return object;
}

describe('objects as TKEStack stored them', () => {
  test.each(objects)('%s %s is valid', (_kind, _name, object) => {
    expect(problemsOf(object)).toEqual([]);
  });
});

describe('what Go writes for nothing', () => {
  test.each<[string, string, (spec: Record<string, unknown>) => void]>([
    ['a null list of subjects', 'ProjectPolicyBinding', (spec) => Object.assign(spec, { users: null, groups: null })],
    ['null finalizers', 'Policy', (spec) => Object.assign(spec, { finalizers: null })],
    ['null conditions', 'Policy', (spec) => Object.assign(spec, { conditions: null })],
    ['an empty tenant', 'Policy', (spec) => Object.assign(spec, { tenantID: '' })],
    ['an empty scope', 'Policy', (spec) => Object.assign(spec, { scope: '' })],
    ['null administrators', 'IdentityProvider', (spec) => Object.assign(spec, { administrators: null })],
    ['empty columns of a row', 'Rule', (spec) => Object.assign(spec, { v5: '', v6: '' })],
    ['absent columns of a row', 'Rule', (spec) => delete spec.v6],
  ])('%s is valid', (_, kind, change) => {
    expect(problemsOf(like(kind, ({ spec }) => change(spec)))).toEqual([]);
  });

  test('the capital Status of a binding is taken', () => {
    expect(
      problemsOf(like('ProjectPolicyBinding', (object) => Object.assign(object, { Status: { phase: 'Active' } }))),
    ).toEqual([]);
  });
});

describe('what TKEStack refused is refused', () => {
  test.each<[string, string, object, string]>([
    ['a policy without display name', 'Policy', { displayName: '' }, 'spec.displayName'],
    ['a display name of 256 characters', 'Policy', { displayName: 'x'.repeat(256) }, 'spec.displayName'],
    ['a policy without category', 'Policy', { category: '' }, 'spec.category'],
    ['a type nobody knows', 'Policy', { type: 'special' }, 'spec.type'],
    [
      'a statement without actions',
      'Policy',
      { statement: { actions: [], resources: ['*'], effect: 'allow' } },
      'spec.statement.actions',
    ],
    [
      'an effect nobody knows',
      'Policy',
      { statement: { actions: ['*'], resources: ['*'], effect: 'maybe' } },
      'spec.statement.effect',
    ],
    ['a binding without project', 'ProjectPolicyBinding', { projectID: '' }, 'spec.projectID'],
    ['a row of an unknown type', 'Rule', { ptype: 'q' }, 'spec.ptype'],
    ['a row with a comma', 'Rule', { v2: 'a,b' }, 'spec.v2'],
    ['a row without v0', 'Rule', { v0: '' }, 'spec.v0'],
    ['a tenant name of two characters', 'Policy', { tenantID: 'ab' }, 'spec.tenantID'],
    ['a directory type with blanks', 'IdentityProvider', { type: 'my ldap' }, 'spec.type'],
  ])('%s', (_, kind, change, field) => {
    const problems = problemsOf(like(kind, ({ spec }) => Object.assign(spec, change)));
    expect(problems).toEqual([expect.objectContaining({ field })]);
  });
});
