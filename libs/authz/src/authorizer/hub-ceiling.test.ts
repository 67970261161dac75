import { expect, test } from '@jest/globals';
import type { ResourceAttributes } from '@tke/meta';
import { userKey } from '../rows/keys.ts';
import { auth, getPod, setup } from './testing/fixture.ts';

const selected = [{ key: 'spec.tenantID', operator: 'In', values: ['other'] }];
const ofTenant = [{ key: 'spec.tenantID', operator: 'In', values: ['t'] }];

/** Of a user who holds every policy there can be, and of an administrator. */
function answers(tenant: 't' | 'other', attributes: ResourceAttributes) {
  const { ask, rules } = setup();
  for (const [at, v3] of ['*', `${attributes.verb ?? ''}*`, 'createServiceaccountToken'].entries()) {
    rules.upsert(`all${at}`, { ptype: 'p', v0: userKey(tenant, 'max'), v1: '*', v2: '*', v3, v4: 'allow' });
  }
  return [ask('max', attributes, {}, tenant), ask(tenant === 't' ? 'root' : 'admin', attributes, {}, tenant)];
}

const beyondEveryPolicy: readonly ResourceAttributes[] = [
  { verb: 'create', resource: 'serviceaccounts', subresource: 'token', namespace: 'kube-system', name: 'x' },
  { verb: 'get', resource: 'secrets', namespace: 'tke-system', name: 'x' },
  { verb: 'list', resource: 'configmaps', namespace: 'kube-public' },
  { verb: 'update', group: 'coordination.k8s.io', resource: 'leases', namespace: 'kube-node-lease', name: 'x' },
  { verb: 'get', resource: 'namespaces', name: 'kube-system' },
  // Named by the administrator: a pod there may run as a service account that owns the hub.
  { verb: 'create', resource: 'pods', namespace: 'deployer' },
  { verb: 'patch', resource: 'namespaces', name: 'deployer' },
  { verb: 'get', group: auth, resource: 'policies', namespace: 'tke-system', name: 'pol-own' },
  { verb: 'patch', resource: 'namespaces', namespace: 'ns-a', name: 'ns-a' },
  { verb: 'delete', resource: 'nodes', name: 'n' },
  // No server serves that; in no namespace it is all the same.
  { verb: 'delete', resource: 'nodes', namespace: 'ns-a', name: 'n' },
  { verb: 'get', resource: 'nodes', subresource: 'proxy', name: 'n' },
  { verb: 'create', group: 'rbac.authorization.k8s.io', resource: 'clusterrolebindings' },
  { verb: 'escalate', group: 'rbac.authorization.k8s.io', resource: 'clusterroles', name: 'x' },
  { verb: 'deletecollection', resource: 'configmaps' },
  { verb: 'impersonate', resource: 'users', name: 'kubernetes-admin' },
  { verb: 'list', resource: 'secrets' },
  { verb: 'watch', resource: 'secrets' },
  { verb: 'list', group: '*', resource: '*' },
];

test.each(beyondEveryPolicy)('%j is nothing a policy can give', (attributes) => {
  expect([answers('t', attributes), answers('other', attributes)]).toEqual(Array(2).fill(['noOpinion', 'noOpinion']));
});

const ofTheHub: readonly ResourceAttributes[] = [
  getPod,
  { verb: 'get', resource: 'secrets', namespace: 'ns-a', name: 'x' },
  { verb: 'create', group: 'apps', resource: 'deployments', namespace: 'ns-a' },
  { verb: 'get', resource: 'namespaces', namespace: 'ns-a', name: 'ns-a' },
  { verb: 'list', resource: 'pods' },
  { verb: 'watch', resource: 'nodes' },
  { verb: 'get', group: 'example.tkestack.io', resource: 'things', name: 'x' },
];

test.each(ofTheHub)('%j is given by policies of tenants of the hub, and of no others', (attributes) => {
  const [granted] = answers('t', attributes);
  expect([granted, ...answers('other', attributes)]).toEqual(['allow', 'noOpinion', 'noOpinion']);
});

test('what belongs to tenants is given by the policies of each', () => {
  const policy = { group: auth, resource: 'policies' };
  expect([
    answers('other', { ...policy, verb: 'create' }),
    answers('other', { ...policy, verb: 'delete', name: 'pol-foreign' }),
    answers('other', { ...policy, verb: 'list', fieldSelector: selected }),
    answers('t', { ...policy, verb: 'watch', fieldSelector: ofTenant }),
  ]).toEqual(Array(4).fill(['allow', 'allow']));
});

test('paths of the hub are read by tenants of the hub', () => {
  const { authorizer } = setup();
  const ask = (user: string, tenant: string, verb: string) =>
    authorizer.verdict({ user, groups: [`tenant:${tenant}`], nonResourceAttributes: { path: '/metrics', verb } }).kind;
  expect([ask('root', 't', 'get'), ask('root', 't', 'put'), ask('admin', 'other', 'get')]).toEqual([
    'allow',
    'noOpinion',
    'noOpinion',
  ]);
});

test('the reason says what would lift the ceiling', () => {
  const { authorizer, spec } = setup();
  expect(authorizer.verdict(spec('admin', getPod, 'other')).reason).toBe(
    'pods of the hub are beyond the policies of tenant "other": --hub-tenants does not name it',
  );
});

test('a member cluster has no such ceiling: it is its tenant’s', () => {
  const { ask } = setup();
  const node = { verb: 'delete', resource: 'nodes', name: 'n' };
  expect([ask('admin', node, { cluster: 'cls-foreign' }, 'other'), ask('root', node, { cluster: 'cls-own' })]).toEqual([
    'allow',
    'allow',
  ]);
});
