import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import type { KubeObject } from '@tke/meta';
import type { RuleSpec } from '@tke/authz';

import { CacheDirectory } from '../directory.ts';
import { ruleSources } from '../rules/sources.ts';
import { cacheOf } from '../testing/cache-of.ts';
import {
  aCustomPolicyBinding,
  aGroup,
  anIdentity,
  aPolicy,
  aPolicyBinding,
  aProjectPolicyBinding,
  aRole,
  aRoleBinding,
  aTenant,
  statement,
} from '../testing/objects.ts';
import type { CompiledSource } from './compiled.ts';

let end: AbortController;
beforeEach(() => {
  end = new AbortController();
});
afterEach(() => {
  end.abort();
});

/** Compiles an object among others, itself being stored as well. */
async function compile(object: KubeObject, ...others: KubeObject[]): Promise<CompiledSource> {
  const cache = await cacheOf([object, ...others], end.signal);
  const source = ruleSources(cache).find(({ kind }) => kind.kind === object.kind);
  return source!.compile(object, new CacheDirectory(cache));
}

const p = (v0: string, v2: string, v3: string, v4 = 'allow'): RuleSpec => ({ ptype: 'p', v0, v1: '*', v2, v3, v4 });
const g = (v0: string, v1: string, v2 = '*'): RuleSpec => ({ ptype: 'g', v0, v1, v2 });

const local = aTenant('default');
const ldap = aTenant('default', 'ldap');
const alice = anIdentity('usr-alice', 'alice');
const deletingNow = { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['x'] };

interface Case {
  readonly name: string;
  readonly object: KubeObject;
  readonly others: KubeObject[];
  readonly rows: RuleSpec[];
  /** `field code` of each defect. */
  readonly defects?: string[];
  /** `kind id reason` of each reference that grants nothing. */
  readonly unresolved?: string[];
}

function table(cases: readonly Case[]): void {
  test.each(cases)('$name', async ({ object, others, rows, defects = [], unresolved = [] }) => {
    const compiled = await compile(object, ...others);
    expect(compiled.rows).toEqual(rows);
    expect(compiled.defects.map(({ field, code }) => `${field} ${code}`)).toEqual(defects);
    expect(compiled.unresolved.map(({ kind, id, reason }) => `${kind} ${id} ${reason}`)).toEqual(unresolved);
  });
}

describe('Policy', () => {
  table([
    {
      name: 'every action on every resource, without any binding',
      object: aPolicy('pol-1', { statement: statement(['get*', 'listPods'], ['namespace:a/*', 'pod:*'], 'deny') }),
      others: [],
      rows: [
        p('pol-1', 'namespace:a/*', 'get*', 'deny'),
        p('pol-1', 'pod:*', 'get*', 'deny'),
        p('pol-1', 'namespace:a/*', 'listPods', 'deny'),
        p('pol-1', 'pod:*', 'listPods', 'deny'),
      ],
    },
    {
      name: 'the same pattern twice gives one row',
      object: aPolicy('pol-1', { statement: statement(['get*', 'get*']) }),
      others: [],
      rows: [p('pol-1', '*', 'get*')],
    },
    {
      name: 'a tenant that does not exist harms nobody',
      object: aPolicy('pol-1', { tenantID: 'nobody' }),
      others: [],
      rows: [p('pol-1', '*', 'get*')],
    },
    {
      name: 'patterns that cannot be used are left out, all of them named',
      object: aPolicy('pol-1', {
        statement: statement(['get|list', 'getPod', ' x', 'a,b'], ['project:p/:', '*', 'pod:a(b']),
      }),
      others: [],
      rows: [p('pol-1', '*', 'getPod')],
      defects: [
        'spec.statement.resources[0] InvalidPattern',
        'spec.statement.resources[2] InvalidPattern',
        'spec.statement.actions[0] InvalidPattern',
        'spec.statement.actions[2] InvalidPattern',
        'spec.statement.actions[3] InvalidPattern',
      ],
    },
  ]);

  test('shows whom its bindings reach, those of the same tenant', async () => {
    const binding = (name: string, tenantID: string, users: { id: string; name: string }[]) => ({
      ...aPolicyBinding(name, { policyID: 'pol-1', tenantID }),
      status: { users },
    });
    const { users } = await compile(
      aPolicy('pol-1'),
      binding('a', 'default', [{ id: 'usr-alice', name: 'alice' }]),
      binding('b', 'default', [
        { id: 'usr-alice', name: 'alice' },
        { id: 'usr-bob', name: 'bob' },
      ]),
      binding('c', 'other', [{ id: 'usr-eve', name: 'eve' }]),
    );
    expect(users).toEqual([
      { id: 'usr-alice', name: 'alice' },
      { id: 'usr-bob', name: 'bob' },
    ]);
  });
});

describe('PolicyBinding', () => {
  const bind = (spec: object) => aPolicyBinding('pb', { policyID: 'pol-1', users: [{ id: 'usr-alice' }], ...spec });
  table([
    {
      name: 'a user by id',
      object: bind({}),
      others: [local, alice, aPolicy('pol-1')],
      rows: [g('default##user##alice', 'pol-1')],
    },
    {
      name: 'the same user by id and by name gives one row',
      object: bind({ users: [{ id: 'usr-alice' }, { name: 'alice' }, { id: 'usr-alice', name: 'alice' }] }),
      others: [local, alice, aPolicy('pol-1', { scope: 'platform' })],
      rows: [g('default##user##alice', 'pol-1')],
    },
    {
      name: 'a group',
      object: bind({ users: null, groups: [{ id: 'grp-1' }] }),
      others: [local, aGroup('grp-1'), aPolicy('pol-1')],
      rows: [g('default##group##grp-1', 'pol-1')],
    },
    {
      name: 'no policy: subjects are looked at all the same',
      object: bind({ users: [{ id: 'usr-alice' }, { id: 'usr-bob' }] }),
      others: [local, alice],
      rows: [],
      unresolved: ['Policy pol-1 PolicyNotFound', 'User usr-bob SubjectNotFound'],
    },
    {
      name: 'a policy that is being deleted is gone',
      object: bind({}),
      others: [local, alice, aPolicy('pol-1', {}, deletingNow)],
      rows: [],
      unresolved: ['Policy pol-1 PolicyNotFound'],
    },
    {
      name: 'a policy of scope project',
      object: bind({}),
      others: [local, alice, aPolicy('pol-1', { scope: 'project' })],
      rows: [],
      defects: ['spec.policyID ScopeMismatch'],
    },
    {
      name: 'a policy of another tenant',
      object: bind({}),
      others: [local, alice, aTenant('other'), aPolicy('pol-1', { tenantID: 'other' })],
      rows: [],
      defects: ['spec.policyID TenantMismatch'],
    },
    {
      name: 'a policy without tenant belongs to nobody',
      object: bind({}),
      others: [local, alice, aPolicy('pol-1', { tenantID: '' })],
      rows: [],
      defects: ['spec.policyID TenantMismatch'],
    },
    {
      name: 'no tenant of that name',
      object: bind({}),
      others: [alice, aPolicy('pol-1')],
      rows: [],
      unresolved: ['User usr-alice TenantNotFound'],
    },
    {
      name: 'a binding without tenant grants nothing, not even of a policy without tenant',
      object: bind({ tenantID: '' }),
      others: [local, alice, aPolicy('pol-1', { tenantID: '' })],
      rows: [],
      unresolved: ['User usr-alice TenantNotFound'],
    },
  ]);
});

describe('subjects in a tenant with local users', () => {
  const bind = (...users: object[]) => aPolicyBinding('pb', { policyID: 'pol-1', users });
  const others = [
    local,
    aTenant('other'),
    alice,
    anIdentity('usr-eve', 'eve', { tenantID: 'other' }),
    aPolicy('pol-1'),
  ];
  table([
    {
      name: 'everyone',
      object: bind({ name: '*' }),
      others,
      rows: [g('default##user##*', 'pol-1')],
    },
    {
      name: 'everyone as TKEStack writes it',
      object: bind({ id: '*', name: '*' }),
      others,
      rows: [g('default##user##*', 'pol-1')],
    },
    {
      name: 'an id that is not the named user',
      object: bind({ id: 'usr-alice', name: 'bob' }),
      others,
      rows: [],
      unresolved: ['User usr-alice SubjectMismatch'],
    },
    {
      name: 'a made-up id with a name that would be trusted elsewhere',
      object: bind({ id: 'usr-x', name: 'alice' }),
      others,
      rows: [],
      unresolved: ['User usr-x SubjectNotFound'],
    },
    {
      name: 'an id with everyone as its name',
      object: bind({ id: 'usr-alice', name: '*' }),
      others,
      rows: [],
      unresolved: ['User usr-alice SubjectMismatch'],
    },
    {
      name: 'a user of another tenant by id',
      object: bind({ id: 'usr-eve' }),
      others,
      rows: [],
      defects: ['spec.users[0] TenantMismatch'],
    },
    {
      name: 'a user of another tenant by name',
      object: bind({ name: 'eve' }),
      others,
      rows: [],
      unresolved: ['User eve SubjectNotFound'],
    },
    {
      name: 'an identity that is being deleted',
      object: bind({ id: 'usr-bob' }),
      others: [...others, anIdentity('usr-bob', 'bob', {}, deletingNow)],
      rows: [],
      unresolved: ['User usr-bob SubjectNotFound'],
    },
    {
      name: 'the younger of two identities with one user name',
      object: bind({ id: 'usr-alice2' }, { id: 'usr-alice1' }, { name: 'alice' }),
      others: [
        local,
        aPolicy('pol-1'),
        anIdentity('usr-alice2', 'alice', {}, { creationTimestamp: '2026-01-02T00:00:00Z' }),
        anIdentity('usr-alice1', 'alice', {}, { creationTimestamp: '2026-01-01T00:00:00Z' }),
      ],
      rows: [g('default##user##alice', 'pol-1')],
      unresolved: ['User usr-alice2 UsernameTaken'],
    },
    {
      name: 'groups must exist in the tenant',
      object: aPolicyBinding('pb', {
        policyID: 'pol-1',
        groups: [{ id: 'grp-none' }, { id: 'grp-other' }, { name: 'grp-own' }],
      }),
      others: [...others, aGroup('grp-own'), aGroup('grp-other', { tenantID: 'other' })],
      rows: [g('default##group##grp-own', 'pol-1')],
      defects: ['spec.groups[1] TenantMismatch'],
      unresolved: ['Group grp-none SubjectNotFound'],
    },
  ]);
});

describe('subjects in a tenant with a directory', () => {
  const bind = (...users: object[]) => aPolicyBinding('pb', { policyID: 'pol-1', users });
  const others = [ldap, aPolicy('pol-1')];
  table([
    {
      name: 'the name is trusted, and the id stands in for it',
      object: bind({ id: 'uid-7', name: 'carol' }, { name: 'dave' }, { id: 'erin' }),
      others,
      rows: [g('default##user##carol', 'pol-1'), g('default##user##dave', 'pol-1'), g('default##user##erin', 'pol-1')],
    },
    {
      name: 'an id is never everyone by its name',
      object: bind({ id: 'cn=carol', name: '*' }),
      others,
      rows: [],
      unresolved: ['User cn=carol SubjectMismatch'],
    },
    {
      name: 'a LocalIdentity of the tenant counts more than the name',
      object: bind({ id: 'usr-alice', name: 'mallory' }),
      others: [...others, alice],
      rows: [],
      unresolved: ['User usr-alice SubjectMismatch'],
    },
    {
      name: 'an id that no row can hold',
      object: bind({ id: 'cn=carol,ou=people' }),
      others,
      rows: [],
      defects: ['spec.users[0] InvalidSubject'],
    },
    {
      name: 'groups of the directory, by id, else by name',
      object: aPolicyBinding('pb', {
        policyID: 'pol-1',
        groups: [{ id: 'devs', name: 'Developers' }, { name: 'ops' }],
      }),
      others,
      rows: [g('default##group##devs', 'pol-1'), g('default##group##ops', 'pol-1')],
    },
  ]);
});

describe('ProjectPolicyBinding', () => {
  const bind = (spec: object = {}) =>
    aProjectPolicyBinding({ policyID: 'pol-1', projectID: 'prj-1', users: [{ id: 'usr-alice' }], ...spec });
  table([
    {
      name: 'grants inside the project, to groups by id',
      object: bind({ groups: [{ id: 'grp-1', name: 'shown name' }] }),
      others: [local, alice, aGroup('grp-1'), aPolicy('pol-1', { scope: 'project' })],
      rows: [g('default##user##alice', 'pol-1', 'prj-1'), g('default##group##grp-1', 'pol-1', 'prj-1')],
    },
    {
      name: 'a platform policy',
      object: bind(),
      others: [local, alice, aPolicy('pol-1', { scope: '' })],
      rows: [],
      defects: ['spec.policyID ScopeMismatch'],
    },
  ]);
});

describe('Role and RoleBinding', () => {
  table([
    {
      name: 'a role holds its policies everywhere',
      object: aRole('rol-1', { policies: ['pol-1', 'pol-2'] }),
      others: [aPolicy('pol-1'), aPolicy('pol-2', { scope: 'project' })],
      rows: [g('rol-1', 'pol-1'), g('rol-1', 'pol-2')],
    },
    {
      name: 'a role of a project holds them there',
      object: aRole('rol-1', { policies: ['pol-1'], projectID: 'prj-1' }),
      others: [aPolicy('pol-1')],
      rows: [g('rol-1', 'pol-1', 'prj-1')],
    },
    {
      name: 'policies that are missing or of another tenant',
      object: aRole('rol-1', { policies: ['pol-0', 'pol-1', 'pol-2'] }),
      others: [aPolicy('pol-1', { tenantID: 'other' }), aPolicy('pol-2')],
      rows: [g('rol-1', 'pol-2')],
      defects: ['spec.policies[1] TenantMismatch'],
      unresolved: ['Policy pol-0 PolicyNotFound'],
    },
    {
      name: 'a role binding counts where the role does',
      object: aRoleBinding('rlb', { roleID: 'rol-1', users: [{ name: 'alice' }], groups: [{ id: 'grp-1' }] }),
      others: [local, alice, aGroup('grp-1'), aRole('rol-1', { projectID: 'prj-1' })],
      rows: [g('default##user##alice', 'rol-1', 'prj-1'), g('default##group##grp-1', 'rol-1', 'prj-1')],
    },
    {
      name: 'a role of another tenant',
      object: aRoleBinding('rlb', { roleID: 'rol-1', users: [{ name: 'alice' }] }),
      others: [local, alice, aRole('rol-1', { tenantID: 'other' })],
      rows: [],
      defects: ['spec.roleID TenantMismatch'],
    },
    {
      name: 'no such role',
      object: aRoleBinding('rlb', { roleID: 'rol-1', users: [{ name: 'alice' }] }),
      others: [local, alice],
      rows: [],
      unresolved: ['Role rol-1 RoleNotFound'],
    },
  ]);
});

describe('LocalGroup', () => {
  table([
    {
      name: 'members belong to it everywhere',
      object: aGroup('grp-1', { users: [{ id: 'usr-alice' }, { id: 'usr-gone' }] }),
      others: [local, alice],
      rows: [g('default##user##alice', 'default##group##grp-1')],
      unresolved: ['User usr-gone SubjectNotFound'],
    },
    { name: 'no members', object: aGroup('grp-1', { users: null }), others: [local], rows: [] },
  ]);
});

describe('CustomPolicyBinding', () => {
  const pull = aPolicy('pol-pull', { statement: statement(['getChart', 'listCharts'], ['-'], 'allow') });
  const bind = (namespace = 'cg-1', spec: object = {}, metadata = {}) =>
    aCustomPolicyBinding(
      namespace,
      { policyID: 'pol-pull', resources: ['chartgroup:cg-1'], users: [{ name: '*' }], ...spec },
      metadata,
    );
  table([
    {
      name: 'the actions of the policy on resources of its own',
      object: bind('cg-1', { domain: 'prj-1' }),
      others: [local, pull],
      rows: [
        p('cg-1-pol-pull', 'chartgroup:cg-1', 'getChart'),
        p('cg-1-pol-pull', 'chartgroup:cg-1', 'listCharts'),
        g('default##user##*', 'cg-1-pol-pull', 'prj-1'),
      ],
    },
    {
      name: 'the effect is that of the policy',
      object: bind(),
      others: [local, aPolicy('pol-pull', { statement: statement(['getChart'], ['-'], 'deny') })],
      rows: [p('cg-1-pol-pull', 'chartgroup:cg-1', 'getChart', 'deny'), g('default##user##*', 'cg-1-pol-pull')],
    },
    {
      name: 'resources that cannot be used',
      object: bind('cg-1', { resources: ['a|b', 'chartgroup:cg-1'] }),
      others: [local, aPolicy('pol-pull', { statement: statement(['getChart']) })],
      rows: [p('cg-1-pol-pull', 'chartgroup:cg-1', 'getChart'), g('default##user##*', 'cg-1-pol-pull')],
      defects: ['spec.resources[0] InvalidPattern'],
    },
    {
      name: 'no policy: no link either, which a later policy of that name would fill',
      object: bind(),
      others: [local],
      rows: [],
      unresolved: ['Policy pol-pull PolicyNotFound'],
    },
    {
      name: 'too many rows',
      object: bind('cg-1', { resources: Array.from({ length: 1000 }, (_, i) => `chart:${i}`) }),
      others: [local, aPolicy('pol-pull', { statement: statement(['a*', 'b*', 'c*', 'd*', 'e*']) })],
      rows: [],
      defects: ['spec.resources TooManyRules'],
    },
    {
      name: 'a prefix that an older binding uses',
      object: bind('cg-2', { rulePrefix: 'cg-1' }, { creationTimestamp: '2026-01-02T00:00:00Z' }),
      others: [local, pull, bind('cg-1', {}, { creationTimestamp: '2026-01-01T00:00:00Z' })],
      rows: [],
      defects: ['spec.rulePrefix NameTaken'],
    },
    {
      name: 'a prefix that a younger binding uses',
      object: bind('cg-1', { resources: ['chart:x'] }, { creationTimestamp: '2026-01-01T00:00:00Z' }),
      others: [
        local,
        aPolicy('pol-pull', { statement: statement(['getChart']) }),
        bind('cg-2', { rulePrefix: 'cg-1' }, { creationTimestamp: '2026-01-02T00:00:00Z' }),
      ],
      rows: [p('cg-1-pol-pull', 'chart:x', 'getChart'), g('default##user##*', 'cg-1-pol-pull')],
    },
  ]);
});
