import { beforeAll, describe, expect, test } from '@jest/globals';

import { GroupCluster } from '@tke/crd/testing';
import { pipe, succeeded, uniqueName, type ClusterAccess } from '@tke/envtest';

import { authKinds } from './kinds.ts';
import {
  apiKey,
  binding,
  customPolicyBinding,
  localGroup,
  localIdentity,
  policy,
  projectPolicyBinding,
  role,
  rule,
  type TestObject,
} from './testing/objects.ts';

let cluster: ClusterAccess;

beforeAll(async () => {
  cluster = (await GroupCluster.with(authKinds)).access;
});

const permission = { ptype: 'p', v0: 'pol-a', v1: '*', v2: 'pod:*', v3: 'getPod', v4: 'allow' };
const statement = { actions: ['getPod'], resources: ['*'], effect: 'allow' };

function patterns(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `p${String(index)}`);
}

describe('creation is refused, with the field and what to do,', () => {
  test.each<[string, TestObject, string]>([
    ['of a policy that takes the name of a role', policy('rol-x'), 'metadata.name must start with pol-'],
    ['of a role that takes the name of a policy', role('pol-x'), 'metadata.name must start with rol-'],
    ['of a policy with a name of 64 characters', policy(`pol-${'x'.repeat(60)}`), 'metadata.name'],
    [
      'of 65 x 64 rows',
      policy('pol-x', { statement: { ...statement, actions: patterns(65), resources: patterns(64) } }),
      'must not exceed 4096',
    ],
    [
      'of 10,000 actions',
      policy('pol-x', { statement: { ...statement, actions: patterns(10_000) } }),
      'spec.statement.actions: Too many: 10000: must have at most 1024',
    ],
    [
      'of an action with a comma',
      policy('pol-x', { statement: { ...statement, actions: ['a,b'] } }),
      'spec.statement.actions[0]',
    ],
    [
      'of an action with a blank in front',
      policy('pol-x', { statement: { ...statement, actions: [' a'] } }),
      'spec.statement.actions[0]',
    ],
    [
      'of an action with a blank behind',
      policy('pol-x', { statement: { ...statement, actions: ['a '] } }),
      'spec.statement.actions[0]',
    ],
    [
      'of a resource with alternatives',
      policy('pol-x', { statement: { ...statement, resources: ['a', 'b|c'] } }),
      'spec.statement.resources[1]',
    ],
    [
      'of a resource with a line break',
      policy('pol-x', { statement: { ...statement, resources: ['a\nb'] } }),
      'spec.statement.resources[0]',
    ],
    [
      'of a resource that ends in /:',
      policy('pol-x', { statement: { ...statement, resources: ['project:p/:'] } }),
      'behind /:',
    ],
    [
      'of a resource with an empty parameter',
      policy('pol-x', { statement: { ...statement, resources: ['a/:/b'] } }),
      'behind /:',
    ],
    [
      'of a binding to nobody in particular',
      binding('PolicyBinding', 'x', { policyID: 'pol-a', users: [{ id: '' }] }),
      'spec.users[0]: Required value: a subject needs an id or a name',
    ],
    ['of a group in which nobody is somebody', localGroup('grp-x', { users: [{ id: 'usr-a' }, {}] }), 'spec.users[1]'],
    ['of a project binding under another name', projectPolicyBinding('x'), 'metadata.name must be prj-a-pol-a'],
    ['of a custom binding under another name', customPolicyBinding('pol-b'), 'metadata.name must be pol-a'],
    [
      'of a custom binding whose rows would be named like a policy',
      customPolicyBinding('pol-a', { rulePrefix: 'pol-x' }),
      'rulePrefix must not be pol or rol',
    ],
    [
      'of a custom binding whose rows would be named like a role',
      customPolicyBinding('pol-a', { rulePrefix: 'rol' }),
      'rulePrefix must not be pol or rol',
    ],
    [
      'of a custom binding whose prefix has the name of a policy in it',
      customPolicyBinding('pol-a', { rulePrefix: 'x-pol-b' }),
      'rulePrefix must not contain -pol-',
    ],
    [
      'of a custom binding whose prefix ends as the name of a policy begins',
      customPolicyBinding('pol-a', { rulePrefix: 'x-pol' }),
      'rulePrefix must not contain -pol-',
    ],
    [
      'of a custom binding on a bad resource',
      customPolicyBinding('pol-a', { resources: ['a|b'] }),
      'spec.resources[0]',
    ],
    ['of the user system', localIdentity('usr-x', { username: 'system' }), 'system is reserved'],
    ['of a p row without resource', rule('x', { ...permission, v2: '' }), 'spec.v2'],
    ['of a p row without action', rule('x', { ...permission, v3: undefined }), 'spec.v3'],
    ['of a p row with a bad pattern', rule('x', { ...permission, v2: 'a/:' }), 'spec.v2'],
    ['of a p row with an action of 129 characters', rule('x', { ...permission, v3: 'x'.repeat(129) }), 'spec.v3'],
    [
      'of a p row with another effect',
      rule('x', { ...permission, v4: 'Allow' }),
      'v4 of a p row must be allow or deny',
    ],
    [
      'of a g row that gives nothing',
      rule('x', { ptype: 'g', v0: 'a', v1: '' }),
      'v1 of a g row must name what the member holds',
    ],
    ['of a row with a comma', rule('x', { ptype: 'g', v0: 'a,b', v1: 'c' }), 'spec.v0'],
  ])('%s', async (_, object, message) => {
    const { code, stderr } = await pipe(cluster, ['create', '--dry-run=server'], object);
    expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
  });
});

test('creation is allowed at the edge of each rule', async () => {
  await succeeded(
    pipe(
      cluster,
      ['create', '--dry-run=server'],
      policy(`pol-${'x'.repeat(59)}`),
      policy('pol-edge', { statement: { ...statement, actions: patterns(64), resources: patterns(64) } }),
      policy('pol-odd', {
        statement: { ...statement, resources: ['-', ':x', 'a//b', 'a/:b/c', 'secret:a.b c d', '集群:*'] },
      }),
      policy('pol-bare', { tenantID: undefined }),
      role('rol-edge', { policies: null, projectID: '' }),
      binding('PolicyBinding', 'everyone', {
        policyID: 'pol-a',
        users: [{ name: '*' }],
        groups: [{ id: 'cn=devs,ou=a' }],
      }),
      projectPolicyBinding('prj-a-pol-a'),
      customPolicyBinding('pol-a', { rulePrefix: 'police' }),
      localIdentity('usr-edge', { username: 'abc' }),
      rule('rul-p', permission),
      rule('rul-long', { ...permission, v2: 'x'.repeat(512), v3: 'x'.repeat(128) }),
      rule('rul-g', { ptype: 'g', v0: 'default##user##*', v1: 'pol-a', v2: 'a|b', v3: '' }),
    ),
  );
});

describe('a change is refused', () => {
  test.each<[string, TestObject, object, string]>([
    ['of the tenant', policy('pol-x'), { tenantID: 'other' }, 'tenantID cannot be changed once it is set'],
    [
      'that takes the tenant away',
      policy('pol-x'),
      { tenantID: undefined },
      'tenantID cannot be changed once it is set',
    ],
    ['that empties the tenant', policy('pol-x'), { tenantID: '' }, 'tenantID cannot be changed once it is set'],
    ['of the scope', policy('pol-x'), { scope: 'project' }, 'scope cannot change'],
    [
      'that takes the scope project away',
      policy('pol-x', { scope: 'project' }),
      { scope: undefined },
      'scope cannot change',
    ],
    [
      'of the policy of a binding',
      binding('PolicyBinding', 'x', { policyID: 'pol-a' }),
      { policyID: 'pol-b' },
      'policyID cannot be changed',
    ],
    [
      'of the tenant of a binding',
      binding('PolicyBinding', 'x', { policyID: 'pol-a' }),
      { tenantID: 'other' },
      'tenantID cannot be changed',
    ],
    [
      'of the role of a binding',
      binding('RoleBinding', 'x', { roleID: 'rol-a' }),
      { roleID: 'rol-b' },
      'roleID cannot be changed',
    ],
    [
      'of the project of a binding',
      projectPolicyBinding('prj-a-pol-a'),
      { projectID: 'prj-b' },
      'projectID cannot be changed',
    ],
    [
      'of the policy of a project binding',
      projectPolicyBinding('prj-a-pol-a'),
      { policyID: 'pol-b' },
      'policyID cannot be changed',
    ],
    [
      'of the policy of a custom binding',
      customPolicyBinding('pol-a'),
      { policyID: 'pol-b' },
      'policyID cannot be changed',
    ],
    [
      'of the prefix of a custom binding',
      customPolicyBinding('pol-a'),
      { rulePrefix: 'cg-b' },
      'rulePrefix cannot be changed',
    ],
    [
      'of the project of a role',
      role('rol-x', { projectID: 'prj-a' }),
      { projectID: 'prj-b' },
      'projectID cannot be changed',
    ],
    ['that gives a role a project', role('rol-x'), { projectID: 'prj-a' }, 'projectID cannot be changed'],
    ['of the tenant of a group', localGroup('grp-x'), { tenantID: 'other' }, 'tenantID cannot be changed'],
    ['of a user name', localIdentity('usr-x'), { username: 'bob' }, 'username cannot be changed'],
    ['of a key', apiKey('apk-x'), { apiKey: 'other' }, 'apiKey cannot be changed'],
    ['of the end of a key', apiKey('apk-x'), { expire_at: '2028-01-02T03:04:05Z' }, 'expire_at cannot be changed'],
  ])('%s', async (_, before, change, message) => {
    const { code, stderr } = await changed(before, change);
    expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
  });

  test.each<[string, TestObject, object]>([
    ['the tenant is filled in', policy('pol-x', { tenantID: undefined }), { tenantID: 'default' }],
    ['the empty tenant is filled in', policy('pol-x', { tenantID: '' }), { tenantID: 'default' }],
    ['the scope is spelt out', policy('pol-x'), { scope: 'platform' }],
    ['the empty project of a role is left out', role('rol-x', { projectID: '' }), { projectID: undefined }],
    ['a statement is rewritten', policy('pol-x'), { statement: { ...statement, effect: 'deny' } }],
    [
      'subjects come and go',
      binding('PolicyBinding', 'x', { policyID: 'pol-a' }),
      { users: null, groups: [{ id: 'grp-a' }] },
    ],
    [
      'a custom binding moves',
      customPolicyBinding('pol-a'),
      { domain: 'prj-a', lastDomain: '*', resources: ['chart:x'] },
    ],
    ['a key gets a description', apiKey('apk-x'), { description: 'for tests' }],
  ])('but not when %s', async (_, before, change) => {
    await succeeded(changed(before, change));
  });
});

/** Creates the object under a name of its own (a derived name stays derived) and asks whether it may be changed. */
async function changed(before: TestObject, change: object) {
  const unique = uniqueName(before.metadata.name).replaceAll(/-(?=[0-9a-f]{8}$)/g, 'x');
  const derived: Record<string, object> = {
    ProjectPolicyBinding: { policyID: unique.replace('prj-a-', '') },
    CustomPolicyBinding: { policyID: unique },
  };
  const metadata = { ...before.metadata, name: unique };
  const created = { ...before, metadata, spec: { ...before.spec, ...derived[before.kind] } };
  await succeeded(pipe(cluster, ['create'], created));
  return pipe(cluster, ['replace', '--dry-run=server'], { ...created, spec: { ...created.spec, ...change } });
}
