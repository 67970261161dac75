import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { authKinds } from '@tke/api-auth';
import type { KubeObject } from '@tke/meta';
import { cacheOf } from '@tke/runtime/testing';
import type { AdmissionRequest, AdmissionUser } from '@tke/webhook';

import { registerInformers } from '../informers.ts';
import { compiledPlatform } from '../testing/compiled-platform.ts';
import {
  aCustomPolicyBinding,
  aGroup,
  anIdentity,
  aPolicy,
  aPolicyBinding,
  aProject,
  aProjectPolicyBinding,
  aRole,
  aRoleBinding,
  aRule,
  aTenant,
  statement,
} from '../testing/objects.ts';
import { policyAdmissions } from './policy-admissions.ts';

let end: AbortController;
beforeEach(() => {
  end = new AbortController();
});
afterEach(() => {
  end.abort();
});

const user = (username: string, extra: Record<string, string[]> = {}, groups: string[] = []): AdmissionUser => ({
  username,
  uid: '',
  groups,
  extra,
});
const platform = user('admin');
const manager = user('system:serviceaccount:tke:manager', { tenantid: ['default'] });
const alice = user('alice', { 'tkestack.io/tenantid': ['default'] });
const eve = user('eve', {}, ['tenant:other']);
const both = user('mallory', {}, ['tenant:default', 'tenant:other']);

interface Asked {
  readonly object?: KubeObject;
  readonly oldObject?: KubeObject;
  readonly by?: AdmissionUser;
  readonly stored?: KubeObject[];
}

async function admissionOf({ object, oldObject, by = platform, stored = [] }: Asked) {
  const { kind } = (object ?? oldObject)!;
  const { cache, rules } = await compiledPlatform(stored, end.signal);
  const admission = policyAdmissions(cache, rules).find((each) => each.kind.kind === kind)!;
  const request: AdmissionRequest = {
    uid: '1',
    operation: object === undefined ? 'DELETE' : oldObject === undefined ? 'CREATE' : 'UPDATE',
    kind: admission.kind,
    name: (object ?? oldObject)!.metadata.name ?? '',
    userInfo: by,
    dryRun: false,
    ...(object && { object }),
    ...(oldObject && { oldObject }),
  };
  return { admission, request };
}

async function validate(asked: Asked) {
  const { admission, request } = await admissionOf(asked);
  const { problems, warnings } = await admission.validate!(request);
  return { problems: problems.map(({ field, type }) => `${field} ${type}`), warnings, full: problems };
}

// What may be granted is the business of other tests: alice administers her tenant.
const stored = [
  aTenant('default', 'tke', { administrators: ['alice'] }),
  aTenant('other'),
  anIdentity('usr-alice', 'alice'),
  aPolicy('pol-1'),
];

test('every kind that tenants or the platform write has an admission, once', async () => {
  const kinds = policyAdmissions(await cacheOf([], registerInformers, end.signal)).map(({ kind }) => kind.kind);
  expect(new Set(kinds).size).toBe(kinds.length);
  // API keys have no component that issues them yet.
  expect(authKinds.map(({ kind }) => kind).filter((kind) => !kinds.includes(kind))).toEqual(['APIKey']);
});

describe('the tenant', () => {
  const stamped = async (asked: Asked) => {
    const { admission, request } = await admissionOf({ stored, ...asked });
    return (await admission.default!(request)) as { spec: { tenantID: string } } | undefined;
  };

  test('is filled in from the caller', async () => {
    const object = await stamped({ object: aPolicy('pol-2', { tenantID: '' }), by: alice });
    expect(object?.spec.tenantID).toBe('default');
    expect(object?.spec).toMatchObject({ displayName: 'pol-2' });
  });

  test.each([
    ['is left as it is given', aPolicy('pol-2', { tenantID: 'other' }), alice],
    ['is left out by administrators of the platform', aPolicy('pol-2', { tenantID: '' }), platform],
    ['does not come from a component that carries one', aPolicy('pol-2', { tenantID: '' }), manager],
    ['does not come from a caller with several', aPolicy('pol-2', { tenantID: '' }), both],
  ])('%s', async (_, object, by) => {
    expect(await stamped({ object, by })).toBeUndefined();
  });

  test('stays when an update leaves it out', async () => {
    const update = { object: aPolicy('pol-1', { tenantID: '' }), oldObject: aPolicy('pol-1'), by: platform };
    expect((await stamped(update))?.spec.tenantID).toBe('default');
  });

  const refused = ['spec.tenantID Forbidden'];
  test.each<[string, Asked, string[]]>([
    ['own', { object: aPolicy('pol-2'), by: alice }, []],
    ['another', { object: aPolicy('pol-2', { tenantID: 'other' }), by: alice }, refused],
    ['none, with the mutating webhook down', { object: aPolicy('pol-2', { tenantID: '' }), by: alice }, refused],
    ['several', { object: aPolicy('pol-2'), by: both }, refused],
    ['a stored object of another', { object: aPolicy('pol-1'), oldObject: aPolicy('pol-1'), by: eve }, refused],
    [
      'taken over from another',
      { object: aPolicy('pol-1', { tenantID: 'other' }), oldObject: aPolicy('pol-1'), by: eve },
      refused,
    ],
    ['any, by the platform', { object: aPolicy('pol-2', { tenantID: 'other' }), by: platform }, []],
    ['another, to delete it', { oldObject: aPolicy('pol-1'), by: eve }, refused],
    ['own, to delete it', { oldObject: aPolicy('pol-1'), by: alice }, []],
    ['any, to delete it, by the platform', { oldObject: aPolicy('pol-1'), by: platform }, []],
  ])('a user of a tenant writes objects of %s', async (_, asked, problems) => {
    expect((await validate({ stored, ...asked })).problems).toEqual(problems);
  });

  const later = { tenantID: 'later' };
  test.each<[string, KubeObject]>([
    ['Policy', aPolicy('pol-2', later)],
    ['PolicyBinding', aPolicyBinding('pb', { ...later, policyID: 'pol-2', users: [{ name: 'bob' }] })],
    ['Role', aRole('rol-1', later)],
    ['LocalGroup', aGroup('grp-1', { ...later, users: [{ name: 'bob' }] })],
    ['LocalIdentity', anIdentity('usr-2', 'bob', later)],
  ])('of a %s, when missing, is a warning: git applies in any order', async (_, object) => {
    const { problems, warnings } = await validate({ object, stored: [aPolicy('pol-2', later)] });
    expect(problems).toEqual([]);
    expect(warnings).toEqual([
      'spec.tenantID: IdentityProvider later does not exist; until it does, the object is worth nothing',
    ]);
  });
});

test.each<[string, KubeObject]>([
  ['IdentityProvider', aTenant('new')],
  ['Category', { apiVersion: 'auth.tkestack.io/v1', kind: 'Category', metadata: { name: 'mine' } }],
  ['Rule', aRule('rul-1', { ptype: 'g', v0: 'default##user##alice', v1: 'pol-1', v2: '*' })],
  ['APISigningKey', { apiVersion: 'auth.tkestack.io/v1', kind: 'APISigningKey', metadata: { name: 'k' } }],
])('%s objects are written by the platform only', async (_, object) => {
  expect((await validate({ object, by: alice })).problems).toEqual([' Forbidden']);
  expect((await validate({ object, by: both })).problems).toHaveLength(1);
  expect((await validate({ object, by: platform })).problems).toEqual([]);
});

describe('references', () => {
  test.each<[string, KubeObject, KubeObject[], string[]]>([
    [
      'a policy of another tenant',
      aPolicyBinding('pb', { policyID: 'pol-9' }),
      [aPolicy('pol-9', { tenantID: 'other' })],
      ['spec.policyID Forbidden'],
    ],
    [
      'a platform policy in a project',
      aProjectPolicyBinding({ policyID: 'pol-1', projectID: 'prj-1' }),
      [],
      ['spec.policyID Invalid'],
    ],
    [
      'all problems at once',
      aRole('rol-1', { policies: ['pol-9', 'pol-1', 'pol-8'] }),
      [aPolicy('pol-8', { tenantID: 'other' }), aPolicy('pol-9', { tenantID: 'other' })],
      ['spec.policies[0] Forbidden', 'spec.policies[2] Forbidden'],
    ],
    [
      'a role of another tenant',
      aRoleBinding('rlb', { roleID: 'rol-9' }),
      [aRole('rol-9', { tenantID: 'other' })],
      ['spec.roleID Forbidden'],
    ],
    [
      'a user of another tenant',
      aGroup('grp-1', { users: [{ id: 'usr-eve' }] }),
      [anIdentity('usr-eve', 'eve', { tenantID: 'other' })],
      ['spec.users[0] Forbidden'],
    ],
  ])('%s is refused', async (_, object, others, problems) => {
    expect((await validate({ object, stored: [...stored, ...others] })).problems).toEqual(problems);
  });

  test('what is missing is a warning', async () => {
    const object = aPolicyBinding('pb', {
      policyID: 'pol-later',
      users: [{ id: 'usr-later' }, { id: 'usr-alice', name: 'bob' }],
    });
    expect(await validate({ object, stored })).toMatchObject({
      problems: [],
      warnings: [
        'spec.policyID: Policy pol-later does not exist; until that changes it grants nothing',
        'spec.users[0]: LocalIdentity usr-later does not exist; until that changes it grants nothing',
        'spec.users[1]: LocalIdentity usr-alice is user alice, not bob; until that changes it grants nothing',
      ],
    });
  });

  test.each<[string, KubeObject, string]>([
    ['binding', aProjectPolicyBinding({ policyID: 'pol-prj', projectID: 'prj-later' }), 'spec.projectID'],
    ['role', aRole('rol-1', { projectID: 'prj-later' }), 'spec.projectID'],
    ['custom binding', aCustomPolicyBinding('cg', { policyID: 'pol-1', domain: 'prj-later' }), 'spec.domain'],
  ])('the project of a %s, when missing, is a warning', async (_, object, field) => {
    const others = [...stored, aPolicy('pol-prj', { scope: 'project' })];
    const warning = `${field}: Project prj-later does not exist in tenant "default"; until that changes it grants nothing`;
    expect(await validate({ object, stored: others })).toMatchObject({ problems: [], warnings: [warning] });
    const there = [...others, aProject('prj-later')];
    expect(await validate({ object, stored: there })).toMatchObject({ problems: [], warnings: [] });
  });

  test('what is stored is not judged again when only metadata changes', async () => {
    const wrong = aPolicyBinding('pb', { policyID: 'pol-9' });
    const labelled = { ...wrong, metadata: { ...wrong.metadata, finalizers: ['auth.tkestack.io/rules'] } };
    const others = [...stored, aPolicy('pol-9', { tenantID: 'other' })];
    expect(await validate({ object: labelled, oldObject: wrong, stored: others })).toMatchObject({
      problems: [],
      warnings: [],
    });
  });
});

test('a change is refused for what it brings in: what was wrong before can be mended one by one', async () => {
  const wrong = aRole('rol-1', { policies: ['pol-9', 'pol-8'] });
  const others = [aPolicy('pol-8', { tenantID: 'other' }), aPolicy('pol-9', { tenantID: 'other' })];
  const changed = (policies: string[]) =>
    validate({ object: aRole('rol-1', { policies }), oldObject: wrong, stored: [...stored, ...others] });
  expect((await changed(['pol-9', 'pol-1'])).problems).toEqual([]);
  expect((await changed(['pol-9', 'pol-8', 'pol-8'])).problems).toEqual(['spec.policies[2] Forbidden']);
});

describe('patterns', () => {
  test('are refused with field, value, rule and remedy, all at once', async () => {
    const { full } = await validate({
      object: aPolicy('pol-2', { statement: statement(['get*', 'get|list'], ['project:p/:', 'pod:a,b']) }),
      stored,
    });
    expect(full.map(({ field, value }) => [field, value])).toEqual([
      ['spec.statement.resources[0]', 'project:p/:'],
      ['spec.statement.resources[1]', 'pod:a,b'],
      ['spec.statement.actions[1]', 'get|list'],
    ]);
    expect(full.every(({ rule, remedy }) => rule !== '' && remedy !== '')).toBe(true);
  });

  test('of a custom binding', async () => {
    const object = aCustomPolicyBinding('cg', { policyID: 'pol-1', resources: ['a|b'] });
    expect((await validate({ object, stored })).problems).toEqual(['spec.resources[0] Invalid']);
  });

  test('of a hand-written Rule', async () => {
    const object = aRule('rul-1', { ptype: 'p', v0: 'pol-1', v1: '*', v2: 'a/:', v3: 'get|x', v4: 'allow' });
    expect((await validate({ object })).problems).toEqual(['spec.v2 Invalid', 'spec.v3 Invalid']);
  });
});

describe('user names', () => {
  const taken = ['spec.username Duplicate'];
  test.each<[string, KubeObject, string[]]>([
    ['taken in the tenant', anIdentity('usr-2', 'alice'), taken],
    ['taken in another tenant', anIdentity('usr-2', 'alice', { tenantID: 'other' }), []],
    ['free', anIdentity('usr-2', 'bob'), []],
  ])('%s', async (_, object, problems) => {
    expect((await validate({ object, stored })).problems).toEqual(problems);
  });

  test('one keeps its own', async () => {
    const object = anIdentity('usr-alice', 'alice', { displayName: 'Alice' });
    expect((await validate({ object, oldObject: stored[2]!, stored })).problems).toEqual([]);
  });
});

describe('type default', () => {
  const shipped = aPolicy('pol-1', { type: 'default' });
  test.each<[string, Asked, string[]]>([
    ['is not for users of a tenant', { object: shipped, by: alice }, ['spec.type Forbidden']],
    ['is for the platform', { object: shipped, by: platform }, []],
    [
      'stays when they edit a shipped policy',
      { object: { ...shipped, spec: { ...shipped.spec, description: 'x' } }, oldObject: shipped, by: alice },
      [],
    ],
    ['is not taken on later', { object: shipped, oldObject: aPolicy('pol-1'), by: alice }, ['spec.type Forbidden']],
  ])('%s', async (_, asked, problems) => {
    expect((await validate({ stored, ...asked })).problems).toEqual(problems);
  });
});

describe('what TKEStack manifests carry', () => {
  const plain = Buffer.from('secret-123').toString('base64');
  const bcrypt = Buffer.from(`$2a$10$${'a'.repeat(53)}`).toString('base64');
  test.each<[string, KubeObject, RegExp[]]>([
    ['spec.finalizers', aPolicy('p', { finalizers: ['policy'] }), [/spec\.finalizers .*metadata\.finalizers/]],
    [
      'capital Status',
      {
        ...aProjectPolicyBinding({ policyID: 'pol-prj', projectID: 'prj-1' }),
        Status: { phase: 'Active' },
      } as KubeObject,
      [/^Status is ignored/],
    ],
    ['a password', anIdentity('u', 'bob', { hashedPassword: plain }), [/bcrypt/]],
    ['a hashed password', anIdentity('u', 'bob', { hashedPassword: bcrypt }), []],
    ['policies of a user', anIdentity('u', 'bob', { extra: { policies: 'pol-1' } }), [/PolicyBinding/]],
    ['groups of a user', anIdentity('u', 'bob', { groups: ['grp-1'] }), [/LocalGroup\.spec\.users/]],
    [
      'secrets of a directory',
      aTenant('ldap-tenant', 'ldap', { config: '{"bindDN":"cn=admin","bindPW":"hunter2","a":{"clientSecret":"x"}}' }),
      [/bindPW, a\.clientSecret/],
    ],
  ])('%s', async (_, object, expected) => {
    const others = [...stored, aPolicy('pol-prj', { scope: 'project' }), aProject('prj-1')];
    const { problems, warnings } = await validate({ object, stored: others });
    expect(problems).toEqual([]);
    expect(warnings).toHaveLength(expected.length);
    expected.forEach((pattern, i) => expect(warnings[i]).toMatch(pattern));
    expect(warnings.join()).not.toMatch(/hunter2|secret-123/);
  });

  test('configuration that is no JSON is refused without being repeated', async () => {
    const { problems, full } = await validate({ object: aTenant('broken', 'ldap', { config: 'bindPW: hunter2' }) });
    expect(problems).toEqual(['spec.config Invalid']);
    expect(JSON.stringify(full)).not.toContain('hunter2');
  });

  test.each<[string, object, readonly string[]]>([
    ['stays refused when it is broken in another way', { config: 'bindPW: hunter3' }, ['spec.config Invalid']],
    ['stays for another time when something else changes', { config: 'bindPW: hunter2', displayName: 'x' }, []],
  ])('configuration that was no JSON before %s', async (_, spec, expected) => {
    const oldObject = aTenant('broken', 'ldap', { config: 'bindPW: hunter2' });
    const { problems } = await validate({ object: aTenant('broken', 'ldap', spec), oldObject });
    expect(problems).toEqual(expected);
  });

  const subjects = { users: [{ id: 'usr-alice', name: 'alice' }], groups: [{ id: 'grp-1', name: 'g' }] };
  test.each<[string, KubeObject, RegExp]>([
    ['Policy', aPolicy('p'), /a PolicyBinding/],
    ['Role', aRole('r'), /a RoleBinding/],
    ['LocalGroup', aGroup('g'), /LocalGroup\.spec\.users/],
  ])('subjects in the status of a new %s', async (_, object, replacement) => {
    const { admission, request } = await admissionOf({ object: { ...object, status: subjects } as KubeObject });
    const warnings = admission.warn!(request);
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toMatch(replacement);
    const later = await admissionOf({ object: { ...object, status: subjects } as KubeObject, oldObject: object });
    expect(later.admission.warn!(later.request)).toEqual([]);
  });

  test('an empty status is nothing to speak of', async () => {
    const object = { ...aPolicy('p'), status: { users: null, groups: null, phase: 'Active' } };
    const { admission, request } = await admissionOf({ object });
    expect(admission.warn!(request)).toEqual([]);
  });

  test('editing a compiled Rule by hand', async () => {
    const annotations = { 'auth.tkestack.io/source': 'Policy/pol-1' };
    const row = (v3: string) =>
      aRule('rul-1', { ptype: 'p', v0: 'pol-1', v1: '*', v2: '*', v3, v4: 'allow' }, { annotations });
    expect((await validate({ object: row('get*'), oldObject: row('list*') })).warnings).toEqual([
      expect.stringContaining('made from Policy/pol-1'),
    ]);
    expect((await validate({ object: row('get*') })).warnings).toEqual([]);
  });
});
