import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import type { KubeObject } from '@tke/meta';
import type { AdmissionRequest, AdmissionUser } from '@tke/webhook';

import { policyAdmissions } from '../admission/policy-admissions.ts';
import { compiledPlatform } from '../testing/compiled-platform.ts';
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
  aRule,
  aTenant,
  statement,
} from '../testing/objects.ts';

let end: AbortController;
beforeEach(() => {
  end = new AbortController();
});
afterEach(() => {
  end.abort();
});

const user = (username: string, tenant = 'default'): AdmissionUser => ({
  username,
  uid: '',
  groups: [],
  extra: { 'tkestack.io/tenantid': [tenant] },
});
const bob = user('bob');
const carol = user('carol');
const root = user('root');
const platform: AdmissionUser = { username: 'admin', uid: '', groups: [], extra: {} };
const controller = { ...bob, username: 'system:serviceaccount:tke-system:tke-manager' };

const allow = (name: string, actions: string[], resources = ['*'], spec = {}) =>
  aPolicy(name, { statement: statement(actions, resources), ...spec });
const deny = (name: string, actions: string[], resources = ['*']) =>
  aPolicy(name, { statement: statement(actions, resources, 'deny') });
const project = { scope: 'project' as const };
const named = (name: string) => [{ id: `usr-${name}` }];

/**
 * root administers the tenant; carol may bind and escalate some things by name; bob holds reading pods everywhere, all about
 * config maps in prj-1, and is denied a secret there; dave holds what the tests give him.
 */
const stored: readonly KubeObject[] = [
  aTenant('default', 'local', { administrators: ['root'] }),
  aTenant('other', 'local'),
  ...['bob', 'carol', 'dave', 'root'].map((name) => anIdentity(`usr-${name}`, name)),
  allow('pol-pods', ['getPod', 'listPods', 'watchPod'], ['namespace:*/pod:*']),
  aPolicyBinding('pb-pods', { policyID: 'pol-pods', users: named('bob') }),
  allow('pol-config', ['*Configmap*'], ['*'], project),
  aProjectPolicyBinding({ policyID: 'pol-config', projectID: 'prj-1', users: named('bob') }),
  deny('pol-no-db', ['*Secret*'], ['namespace:*/secret:db']),
  allow('pol-all', ['*']),
  allow('pol-all-project', ['*'], ['*'], project),
  allow('pol-template', ['*Chart*'], ['-']),
  aRole('rol-reader', { policies: ['pol-pods'] }),
  aRole('rol-strong', { policies: ['pol-pods', 'pol-all'] }),
  aRole('rol-strong-prj', { policies: ['pol-all-project'], projectID: 'prj-1' }),
  aGroup('grp-readers'),
  aPolicyBinding('pb-readers', { policyID: 'pol-pods', groups: [{ id: 'grp-readers' }] }),
  aGroup('grp-strong', { users: named('dave') }),
  aPolicyBinding('pb-strong', { policyID: 'pol-all', groups: [{ id: 'grp-strong' }] }),
  aGroup('grp-prj-2'),
  aProjectPolicyBinding({ policyID: 'pol-config', projectID: 'prj-2', groups: [{ id: 'grp-prj-2' }] }),
  aGroup('grp-by-role'),
  aRoleBinding('rlb-by-role', { roleID: 'rol-strong-prj', groups: [{ id: 'grp-by-role' }] }),
  allow(
    'pol-powers',
    ['bindPolicy'],
    ['policy:pol-all', 'policy:pol-later', 'policy:pol-no-db', 'policy:pol-all-project'],
  ),
  aPolicyBinding('pb-powers', { policyID: 'pol-powers', users: named('carol') }),
  allow('pol-escalate', ['escalatePolicy'], ['policy:pol-mine']),
  aPolicyBinding('pb-escalate', { policyID: 'pol-escalate', users: named('carol') }),
  allow('pol-roles', ['bindRole', 'escalateRole', 'bindLocalgroup', 'escalateCustompolicybinding']),
  aPolicyBinding('pb-roles', { policyID: 'pol-roles', users: named('carol') }),
  aPolicy('pol-foreign', { tenantID: 'other', statement: statement(['getForeignThing']) }),
];

interface Asked {
  readonly object?: KubeObject | undefined;
  readonly oldObject?: KubeObject | undefined;
  readonly by?: AdmissionUser;
  readonly more?: readonly KubeObject[];
}

async function problemsOf({ object, oldObject, by = bob, more = [] }: Asked) {
  const objects = [...stored, ...more, ...(oldObject === undefined ? [] : [oldObject])];
  const unique = [
    ...new Map(objects.map((each) => [`${each.kind}/${each.metadata.namespace}/${each.metadata.name}`, each])).values(),
  ];
  const { cache, rules } = await compiledPlatform(unique, end.signal);
  return validate({ object, oldObject, by }, policyAdmissions(cache, rules));
}

async function validate({ object, oldObject, by = bob }: Asked, admissions: ReturnType<typeof policyAdmissions>) {
  const { kind, metadata } = (object ?? oldObject)!;
  const admission = admissions.find((each) => each.kind.kind === kind)!;
  const request: AdmissionRequest = {
    uid: '1',
    operation: object === undefined ? 'DELETE' : oldObject === undefined ? 'CREATE' : 'UPDATE',
    kind: admission.kind,
    name: metadata.name ?? '',
    userInfo: by,
    dryRun: false,
    ...(object && { object }),
    ...(oldObject && { oldObject }),
  };
  return (await admission.validate!(request)).problems;
}

async function fieldsOf(asked: Asked): Promise<readonly string[]> {
  return (await problemsOf(asked)).map(({ field, type }) => `${field} ${type}`);
}

const ok: string[] = [];

describe('what is handed out must be held', () => {
  const mine = (actions: string[], resources = ['namespace:*/pod:*']) => allow('pol-mine', actions, resources);
  const own = ['spec.statement Forbidden'];
  const bound = ['spec.policyID Forbidden'];
  const ofGroup = ['spec.users Forbidden'];

  test.each<[string, Asked, string[]]>([
    // Policy
    ['a policy with what he holds', { object: mine(['getPod'], ['namespace:shop/pod:web']) }, ok],
    ['a policy with more', { object: mine(['getPod', 'deletePod']) }, own],
    ['a policy on more', { object: mine(['getPod'], ['*']) }, own],
    ['a policy with *', { object: mine(['*'], ['*']) }, own],
    [
      'a policy with what he holds in one project only',
      { object: allow('pol-mine', ['getConfigmap'], ['*'], project) },
      own,
    ],
    ['a policy that denies what he holds', { object: deny('pol-mine', ['getPod'], ['namespace:*/pod:*']) }, ok],
    ['a policy that denies more', { object: deny('pol-mine', ['*']) }, own],
    ['more actions of a policy', { object: mine(['getPod', 'deletePod']), oldObject: mine(['getPod']) }, own],
    [
      'fewer of the actions that he holds, of a stronger policy',
      { object: mine(['deletePod']), oldObject: mine(['getPod', 'deletePod']) },
      ok,
    ],
    [
      'fewer of the actions that he does not hold',
      { object: mine(['getPod']), oldObject: mine(['getPod', 'deletePod']) },
      own,
    ],
    [
      'another name for a stronger policy',
      { object: allow('pol-all', ['*'], ['*'], { displayName: 'x' }), oldObject: allow('pol-all', ['*']) },
      ok,
    ],
    ['a held action beside stronger ones', { object: mine(['*Node*', 'getPod']), oldObject: mine(['*Node*']) }, ok],
    [
      'a policy that he holds himself',
      { object: allow('pol-pods', ['*']), oldObject: allow('pol-pods', ['getPod']) },
      own,
    ],
    [
      'deny turned into allow',
      { object: allow('pol-no-db', ['*Secret*']), oldObject: deny('pol-no-db', ['*Secret*']) },
      [...own, ...own],
    ],
    [
      'more actions of a policy whose actions a custom binding uses',
      {
        object: allow('pol-template', ['*Chart*', 'getPod'], ['-']),
        oldObject: allow('pol-template', ['*Chart*'], ['-']),
        more: [
          allow('pol-dash', ['*'], ['-']),
          aPolicyBinding('pb-dash', { policyID: 'pol-dash', users: named('bob') }),
          aCustomPolicyBinding('cg', { policyID: 'pol-template', resources: ['*'], users: named('dave') }),
        ],
      },
      own,
    ],
    // PolicyBinding
    [
      'a binding to what he holds',
      { object: aPolicyBinding('pb', { policyID: 'pol-pods', users: named('dave') }) },
      ok,
    ],
    ['a binding to more', { object: aPolicyBinding('pb', { policyID: 'pol-all', users: named('bob') }) }, bound],
    ['a binding to everyone', { object: aPolicyBinding('pb', { policyID: 'pol-all', users: [{ name: '*' }] }) }, bound],
    [
      'a binding to a group',
      { object: aPolicyBinding('pb', { policyID: 'pol-all', groups: [{ id: 'grp-readers' }] }) },
      bound,
    ],
    [
      'a binding to a user who does not exist yet',
      { object: aPolicyBinding('pb', { policyID: 'pol-all', users: named('eve') }) },
      bound,
    ],
    ['a binding to nobody', { object: aPolicyBinding('pb', { policyID: 'pol-all' }) }, ok],
    [
      'a deny of what he does not hold',
      { object: aPolicyBinding('pb', { policyID: 'pol-no-db', users: named('dave') }) },
      bound,
    ],
    [
      'a deny of what he holds',
      {
        object: aPolicyBinding('pb', { policyID: 'pol-no-pods', users: named('dave') }),
        more: [deny('pol-no-pods', ['getPod'], ['namespace:a/pod:*'])],
      },
      ok,
    ],
    [
      'a deny that he is under himself',
      {
        object: aPolicyBinding('pb', { policyID: 'pol-no-pods', users: named('dave') }),
        more: [
          deny('pol-no-pods', ['getPod'], ['namespace:a/pod:*']),
          aPolicyBinding('pb-no-pods', { policyID: 'pol-no-pods', users: named('bob') }),
        ],
      },
      bound,
    ],
    [
      'one more user',
      {
        object: aPolicyBinding('pb-strong', {
          policyID: 'pol-all',
          groups: [{ id: 'grp-strong' }],
          users: named('bob'),
        }),
        oldObject: aPolicyBinding('pb-strong', { policyID: 'pol-all', groups: [{ id: 'grp-strong' }] }),
      },
      bound,
    ],
    [
      'one user less',
      {
        object: aPolicyBinding('pb', { policyID: 'pol-all', users: named('dave') }),
        oldObject: aPolicyBinding('pb', { policyID: 'pol-all', users: [...named('bob'), ...named('dave')] }),
      },
      ok,
    ],
    // ProjectPolicyBinding
    [
      'in his project',
      { object: aProjectPolicyBinding({ policyID: 'pol-config', projectID: 'prj-1', users: named('dave') }) },
      ok,
    ],
    [
      'in another project',
      { object: aProjectPolicyBinding({ policyID: 'pol-config', projectID: 'prj-2', users: named('dave') }) },
      bound,
    ],
    // CustomPolicyBinding
    [
      'rows of his own',
      {
        object: aCustomPolicyBinding('cg', {
          policyID: 'pol-pods',
          resources: ['namespace:a/pod:*'],
          users: named('dave'),
        }),
      },
      ok,
    ],
    [
      'wider rows',
      { object: aCustomPolicyBinding('cg', { policyID: 'pol-pods', resources: ['*'], users: named('dave') }) },
      ['spec.resources Forbidden'],
    ],
    [
      'template policies on anything',
      { object: aCustomPolicyBinding('cg', { policyID: 'pol-template', resources: ['*'], users: named('dave') }) },
      ['spec.resources Forbidden'],
    ],
    [
      'one more user of rows he does not hold',
      {
        object: aCustomPolicyBinding('cg', { policyID: 'pol-template', resources: ['chart:a'], users: named('bob') }),
        oldObject: aCustomPolicyBinding('cg', { policyID: 'pol-template', resources: ['chart:a'] }),
      },
      ['spec.resources Forbidden'],
    ],
    [
      'rows moved out of their project',
      {
        object: aCustomPolicyBinding('cg', {
          policyID: 'pol-config',
          resources: ['namespace:a/*'],
          domain: '*',
          users: named('dave'),
        }),
        oldObject: aCustomPolicyBinding('cg', {
          policyID: 'pol-config',
          resources: ['namespace:a/*'],
          domain: 'prj-1',
          users: named('dave'),
        }),
      },
      ['spec.resources Forbidden'],
    ],
    [
      'rows in his project',
      {
        object: aCustomPolicyBinding('cg', {
          policyID: 'pol-config',
          resources: ['namespace:a/*'],
          domain: 'prj-1',
          users: named('dave'),
        }),
      },
      ok,
    ],
    // Role
    ['a role of what he holds', { object: aRole('rol-new', { policies: ['pol-pods'] }) }, ok],
    [
      'a role of more',
      { object: aRole('rol-new', { policies: ['pol-pods', 'pol-all'] }) },
      ['spec.policies[1] Forbidden'],
    ],
    ['a role in his project', { object: aRole('rol-new', { policies: ['pol-config'], projectID: 'prj-1' }) }, ok],
    [
      'a role everywhere of what he holds in a project',
      { object: aRole('rol-new', { policies: ['pol-config'] }) },
      ['spec.policies[0] Forbidden'],
    ],
    [
      'a policy less that he does not hold',
      {
        object: aRole('rol-strong', { policies: ['pol-pods'] }),
        oldObject: aRole('rol-strong', { policies: ['pol-pods', 'pol-all'] }),
      },
      ['spec.policies[1] Forbidden'],
    ],
    [
      'a policy less that he holds',
      {
        object: aRole('rol-strong', { policies: ['pol-all'] }),
        oldObject: aRole('rol-strong', { policies: ['pol-pods', 'pol-all'] }),
      },
      ok,
    ],
    // RoleBinding
    [
      'a binding to a role he holds',
      { object: aRoleBinding('rlb', { roleID: 'rol-reader', users: named('dave') }) },
      ok,
    ],
    [
      'a binding to a stronger role',
      { object: aRoleBinding('rlb', { roleID: 'rol-strong', users: named('bob') }) },
      ['spec.roleID Forbidden'],
    ],
    [
      'a binding to a stronger role of a project',
      { object: aRoleBinding('rlb', { roleID: 'rol-strong-prj', users: named('bob') }) },
      ['spec.roleID Forbidden'],
    ],
    // LocalGroup
    [
      'a member of a group that holds what he holds',
      { object: aGroup('grp-readers', { users: named('dave') }), oldObject: aGroup('grp-readers') },
      ok,
    ],
    [
      'a member of a stronger group',
      {
        object: aGroup('grp-strong', { users: [...named('dave'), ...named('bob')] }),
        oldObject: aGroup('grp-strong', { users: named('dave') }),
      },
      ofGroup,
    ],
    [
      'a member of a group that is stronger in one project',
      { object: aGroup('grp-prj-2', { users: named('bob') }), oldObject: aGroup('grp-prj-2') },
      ofGroup,
    ],
    [
      'a member of a group that holds a stronger role',
      { object: aGroup('grp-by-role', { users: named('bob') }), oldObject: aGroup('grp-by-role') },
      ofGroup,
    ],
    ['a member less', { object: aGroup('grp-strong'), oldObject: aGroup('grp-strong', { users: named('dave') }) }, ok],
    [
      'a member of a group that holds rows of a custom binding',
      {
        object: aGroup('grp-cg', { users: named('bob') }),
        oldObject: aGroup('grp-cg'),
        more: [
          aCustomPolicyBinding('cg', { policyID: 'pol-template', resources: ['chart:a'], groups: [{ id: 'grp-cg' }] }),
        ],
      },
      ofGroup,
    ],
    [
      'a new group of a name that somebody stronger has bound',
      {
        object: aGroup('grp-awaited', { users: named('bob') }),
        more: [aPolicyBinding('pb-awaited', { policyID: 'pol-all', groups: [{ id: 'grp-awaited' }] })],
      },
      ofGroup,
    ],
    [
      'a member of a group that a Rule written by hand makes stronger',
      {
        object: aGroup('grp-readers', { users: named('bob') }),
        oldObject: aGroup('grp-readers'),
        more: [aRule('rul-hand', { ptype: 'g', v0: 'default##group##grp-readers', v1: 'pol-all', v2: 'prj-9' })],
      },
      ofGroup,
    ],
    [
      'a binding to a policy that a Rule written by hand makes stronger',
      {
        object: aPolicyBinding('pb', { policyID: 'pol-no-db', users: named('bob') }),
        more: [aRule('rul-hand', { ptype: 'p', v0: 'pol-no-db', v1: '*', v2: '*', v3: '*', v4: 'allow' })],
      },
      [...bound, ...bound],
    ],
  ])('%s', async (_, asked, expected) => {
    expect(await fieldsOf(asked)).toEqual(expected);
  });
});

describe('who may hand out what he does not hold', () => {
  const binding = (policyID: string) => aPolicyBinding('pb', { policyID, users: named('dave') });
  const strong = aPolicyBinding('pb', { policyID: 'pol-all', users: named('dave') });
  test.each<[string, Asked, string[]]>([
    ['administrators of the platform', { object: strong, by: platform }, ok],
    ['components of the platform', { object: strong, by: controller }, ok],
    ['administrators of the tenant', { object: strong, by: root }, ok],
    [
      'administrators of the tenant, but for what must be named',
      { object: allow('pol-mine', ['impersonate*']), by: root },
      ['spec.statement Forbidden'],
    ],
    ['who may bind the policy', { object: strong, by: carol }, ok],
    [
      'who may bind another',
      { object: binding('pol-config'), by: carol },
      ['spec.policyID Invalid', 'spec.policyID Forbidden'].toReversed(),
    ],
    [
      'who may bind the policy, in a project',
      {
        object: aProjectPolicyBinding({ policyID: 'pol-all-project', projectID: 'prj-1', users: named('dave') }),
        by: carol,
      },
      ok,
    ],
    ['who may bind the policies of a role', { object: aRole('rol-new', { policies: ['pol-all'] }), by: carol }, ok],
    ['who may escalate the policy', { object: allow('pol-mine', ['*']), by: carol }, ok],
    ['who may escalate another', { object: allow('pol-other', ['*']), by: carol }, ['spec.statement Forbidden']],
    [
      'who may bind the role',
      { object: aRoleBinding('rlb', { roleID: 'rol-strong', users: named('dave') }), by: carol },
      ok,
    ],
    [
      'who may bind the group',
      { object: aGroup('grp-strong', { users: named('carol') }), oldObject: aGroup('grp-strong'), by: carol },
      ok,
    ],
    [
      'who may escalate the custom binding',
      {
        object: aCustomPolicyBinding('cg', { policyID: 'pol-template', resources: ['*'], users: named('dave') }),
        by: carol,
      },
      ok,
    ],
  ])('%s', async (_, asked, expected) => {
    expect(await fieldsOf(asked)).toEqual(expected);
  });

  test('nobody by a policy that allows everything', async () => {
    const more = [aPolicyBinding('pb-all', { policyID: 'pol-all', users: named('bob') })];
    expect(await fieldsOf({ object: allow('pol-mine', ['*']), more })).toEqual(ok);
    expect(await fieldsOf({ object: allow('pol-mine', ['bindPolicy']), more })).toEqual(['spec.statement Forbidden']);
  });
});

describe('what does not exist yet', () => {
  const later = { policyID: 'pol-later', users: named('bob') };
  test.each<[string, Asked, string[]]>([
    ['is bound by nobody', { object: aPolicyBinding('pb', later) }, ['spec.policyID NotFound']],
    ['not by a role', { object: aRole('rol-new', { policies: ['pol-later'] }) }, ['spec.policies[0] NotFound']],
    [
      'not as a role',
      { object: aRoleBinding('rlb', { roleID: 'rol-later', users: named('bob') }) },
      ['spec.roleID NotFound'],
    ],
    [
      'not with resources of its own',
      { object: aCustomPolicyBinding('cg', { ...later, resources: ['a'] }) },
      ['spec.resources[0] NotFound'],
    ],
    ['but by who may bind it', { object: aPolicyBinding('pb', later), by: carol }, ok],
    ['and by the platform', { object: aPolicyBinding('pb', later), by: platform }, ok],
    [
      'and stays bound',
      { object: aPolicyBinding('pb', { ...later, users: [] }), oldObject: aPolicyBinding('pb', later) },
      ok,
    ],
  ])('%s', async (_, asked, expected) => {
    expect(await fieldsOf(asked)).toEqual(expected);
  });
});

describe('who takes away what denies', () => {
  const denied = (name: string) => aPolicyBinding('pb-no-db', { policyID: 'pol-no-db', users: named(name) });
  const all = aPolicyBinding('pb-all', { policyID: 'pol-all', users: named('bob') });
  const lifted = ['spec.policyID Forbidden'];
  test.each<[string, Asked, string[]]>([
    ['from himself', { oldObject: denied('bob') }, lifted],
    ['from himself, who holds everything', { oldObject: denied('bob'), more: [all] }, lifted],
    ['from himself, who administers the tenant', { oldObject: denied('root'), by: root }, ok],
    [
      'of what must be named, who administers the tenant',
      {
        oldObject: aPolicyBinding('pb-no-bind', { policyID: 'pol-no-bind', users: named('bob') }),
        by: root,
        more: [deny('pol-no-bind', ['bindPolicy'])],
      },
      lifted,
    ],
    ['from another, and holds it', { oldObject: denied('dave'), more: [all] }, ok],
    ['from another, and does not', { oldObject: denied('dave') }, lifted],
    ['from another, as administrator of the tenant', { oldObject: denied('dave'), by: root }, ok],
    ['and may bind it', { oldObject: denied('carol'), by: carol }, ok],
    [
      'by taking out a user',
      { object: aPolicyBinding('pb-no-db', { policyID: 'pol-no-db', users: [] }), oldObject: denied('bob') },
      lifted,
    ],
    ['by deleting the policy', { oldObject: deny('pol-no-db', ['*Secret*']) }, ['spec.statement Forbidden']],
    [
      'by narrowing the policy',
      { object: deny('pol-no-db', ['getSecret']), oldObject: deny('pol-no-db', ['getSecret', 'listSecrets']) },
      ['spec.statement Forbidden'],
    ],
    [
      'by leaving the group',
      {
        object: aGroup('grp-d'),
        oldObject: aGroup('grp-d', { users: named('bob') }),
        more: [aPolicyBinding('pb', { policyID: 'pol-no-db', groups: [{ id: 'grp-d' }] })],
      },
      ['spec.users Forbidden'],
    ],
    [
      'from a role',
      { object: aRole('rol-d'), oldObject: aRole('rol-d', { policies: ['pol-no-db'] }) },
      ['spec.policies[0] Forbidden'],
    ],
    [
      'by giving the binding an owner that does not exist',
      {
        object: {
          ...denied('bob'),
          metadata: {
            name: 'pb-no-db',
            ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: 'gone' }],
          },
        },
        oldObject: denied('bob'),
      },
      lifted,
    ],
    ['a binding that allows', { oldObject: aPolicyBinding('pb-x', { policyID: 'pol-all', users: named('dave') }) }, ok],
    ['a policy that allows what he holds', { oldObject: allow('pol-x', ['getPod'], ['namespace:a/pod:*']) }, ok],
  ])('%s', async (_, asked, expected) => {
    expect(await fieldsOf(asked)).toEqual(expected);
  });
});

describe('a refusal', () => {
  test('names field, rows, rule and remedy', async () => {
    const object = aPolicyBinding('pb', { policyID: 'pol-wide', users: named('bob') });
    const more = [allow('pol-wide', ['getPod', 'deletePod', 'getNode'], ['namespace:*/pod:*', 'node:a', 'node:b'])];
    expect(await problemsOf({ object, more })).toEqual([
      {
        field: 'spec.policyID',
        value: 'pol-wide',
        rule: 'must not grant what its author does not hold: "getPod" on "node:a", "getPod" on "node:b", "deletePod" on "namespace:*/pod:*", "deletePod" on "node:a", "deletePod" on "node:b", 3 more',
        remedy:
          'Leave that out, or ask somebody who holds it or to whom a policy grants bindPolicy on policy:pol-wide.',
        type: 'Forbidden',
      },
    ]);
  });

  test('tells nothing of what other tenants have', async () => {
    const more = [
      aRule('rul-hand', { ptype: 'g', v0: 'default##group##grp-readers', v1: 'pol-foreign', v2: '*' }),
      aPolicyBinding('pb-foreign', { policyID: 'pol-foreign', tenantID: 'other', users: [] }),
    ];
    const asked = [
      { object: aGroup('grp-readers', { users: named('bob') }), oldObject: aGroup('grp-readers'), more },
      { object: aPolicyBinding('pb', { policyID: 'pol-foreign', users: named('bob') }), more },
      { object: aRole('rol-new', { policies: ['pol-foreign'] }), more },
      {
        oldObject: aPolicy('pol-foreign', {
          tenantID: 'other',
          statement: statement(['getForeignThing'], ['*'], 'deny'),
        }),
        more,
      },
    ];
    for (const each of asked) {
      const problems = await problemsOf(each);
      expect(problems).not.toEqual([]);
      expect(JSON.stringify(problems)).not.toContain('getForeignThing');
    }
  });

  test('says where the limit is when there is too much to compare', async () => {
    const granted = Array.from({ length: 64 }, (_, at) => `${'*aaaa'.repeat(80)}${'a'.repeat(at)}*`);
    const held = Array.from({ length: 64 }, (_, at) => `${'*aa'.repeat(100 + at)}*`);
    const object = allow('pol-mine', ['getPod'], granted);
    const more = [
      allow('pol-hard', ['getNode'], held),
      aPolicyBinding('pb-hard', { policyID: 'pol-hard', users: named('bob') }),
    ];
    expect(await problemsOf({ object, more })).toMatchObject([
      { type: 'TooLong', rule: expect.stringContaining('steps') },
    ]);
  });
});

test('before the rules are read, users of tenants grant nothing and the platform goes on', async () => {
  const cache = await cacheOf(stored, end.signal);
  const admissions = policyAdmissions(cache);
  const object = aPolicyBinding('pb', { policyID: 'pol-pods', users: named('dave') });
  await expect(validate({ object, by: root }, admissions)).rejects.toMatchObject({
    code: 'RulesNotSynced',
    class: 'Retryable',
  });
  expect(await validate({ object, by: platform }, admissions)).toEqual([]);
  expect(await validate({ object: aPolicyBinding('pb', { policyID: 'pol-pods' }), by: root }, admissions)).toEqual([]);
});

describe('the marks of shipped policies', () => {
  const label = 'auth.tkestack.io/default-policy';
  const marked = (labels: Record<string, string>) =>
    aPolicy('pol-pods', { statement: statement(['getPod'], ['namespace:*/pod:*']) }, { labels });
  const forbidden = [`metadata.labels[${label}] Forbidden`];
  test.each<[string, Asked, string[]]>([
    [
      'are not set by users of tenants',
      { object: marked({ [label]: 'AdministratorAccess' }), oldObject: marked({}), by: root },
      forbidden,
    ],
    [
      'not on a new one',
      {
        object: {
          ...marked({ [label]: 'AdministratorAccess' }),
          metadata: { name: 'pol-mine', labels: { [label]: 'x' } },
        },
      },
      forbidden,
    ],
    ['nor taken away', { object: marked({}), oldObject: marked({ [label]: 'x' }) }, forbidden],
    ['stay', { object: marked({ [label]: 'x', mine: 'y' }), oldObject: marked({ [label]: 'x' }) }, ok],
    ["are the platform's", { object: marked({ [label]: 'x' }), oldObject: marked({}), by: platform }, ok],
  ])('%s', async (_, asked, expected) => {
    expect(await fieldsOf(asked)).toEqual(expected);
  });
});
