import { describe, expect, test } from '@jest/globals';
import { ProjectIndex } from '../authorizer/directories.ts';
import { reservedWord } from '../decide/verbs.ts';
import { requestOf } from './request.ts';
import { originalPathRequest, originalRequest } from './testing/original-request.ts';
import type { ResourceAttributes } from '@tke/meta';

const projects = new ProjectIndex();
projects.set('cls-1', 'ns1', 'prj-a');
projects.set(undefined, 'prj-a', 'prj-a');

const business = 'business.tkestack.io';
const rbac = 'rbac.authorization.k8s.io';

test('the project and cluster that groups claim are not heard', () => {
  const spec = {
    user: 'bob',
    groups: ['project:prj-a', 'cluster:cls-1', 'namespace:ns1', 'tenant:default'],
    resourceAttributes: { verb: 'get', resource: 'pods', name: 'x', namespace: 'ns2' },
  };
  expect(requestOf(spec, { projects })).toMatchObject({ domain: '', object: 'namespace:ns2/pod:x' });
});

describe('paths', () => {
  // Cases 44 and 45.
  test.each([
    ['get', '/healthz/etcd', undefined, '/healthz/etcd', 'list'],
    // TKEStack took the path for a plural and made it /api.
    ['post', '/apis', undefined, '/apis', 'post'],
    ['get', '/metrics', 'cls-1', 'cluster:cls-1/metrics', 'list'],
    ['head', '/', 'cls-1', 'cluster:cls-1/', 'head'],
  ])('%s %s in %s', (verb, path, cluster, object, action) => {
    const question = requestOf({ user: 'bob', nonResourceAttributes: { verb, path } }, { cluster, projects });
    expect(question).toMatchObject({ object, action, domain: '', resource: undefined });
    expect(question.members).toBeUndefined();
  });
});

describe('collections', () => {
  test.each<[string, ResourceAttributes, readonly string[][] | undefined]>([
    ['a list', { verb: 'list', resource: 'secrets', namespace: 'n' }, [['namespace:n/secret:', '']]],
    ['a watch', { verb: 'watch', resource: 'secrets', namespace: 'n' }, [['namespace:n/secret:', '']]],
    [
      'a deletecollection',
      { verb: 'deletecollection', resource: 'secrets', namespace: 'n' },
      [['namespace:n/secret:', '']],
    ],
    [
      'a list of all namespaces',
      { verb: 'list', resource: 'secrets' },
      [
        ['secret:', ''],
        ['namespace:', '/secret:', ''],
      ],
    ],
    [
      'a list of all projects',
      { verb: 'list', group: business, resource: 'namespaces' },
      [
        ['namespace:', ''],
        ['project:', '/namespace:', ''],
      ],
    ],
    ['a list of a cluster-scoped kind', { verb: 'list', resource: 'nodes' }, [['node:', '']]],
    ['a list of namespaces', { verb: 'list', resource: 'namespaces' }, [['namespace:', '']]],
    ['a create', { verb: 'create', resource: 'secrets', namespace: 'n' }, undefined],
    ['a list by name', { verb: 'list', resource: 'secrets', namespace: 'n', name: 'db' }, undefined],
    ['a get', { verb: 'get', resource: 'secrets', namespace: 'n', name: 'db' }, undefined],
  ])('%s', (_name, resourceAttributes, members) => {
    const question = requestOf({ user: 'bob', resourceAttributes }, { projects });
    expect(question.members).toEqual(members?.map((texts) => ({ texts, names: 'dns' })));
  });
});

test('names of RBAC may hold colons', () => {
  const resourceAttributes = { verb: 'list', group: rbac, resource: 'clusterroles' };
  expect(requestOf({ user: 'bob', resourceAttributes }, { projects }).members).toEqual([
    { texts: ['clusterrole:', ''], names: 'pathSegment' },
  ]);
});

test('paths were asked of TKEStack as resources are, and of those without a tenant nothing was converted', () => {
  expect(originalPathRequest('get', '/healthz/etcd')).toEqual({ domain: '', object: '/healthz/etcd', action: 'list' });
  expect(originalPathRequest('post', '/apis')).toEqual({ domain: '', object: '/api', action: 'post' });
  // What is no ordinary verb went to Casbin as it came.
  expect(originalRequest({ verb: 'use', resource: 'pods' }, [])).toEqual({ domain: '', object: 'pods', action: 'use' });
});

describe('verbs that no discovery lists', () => {
  test.each([
    ['impersonate', '', 'users', 'impersonateUser'],
    ['impersonate', '', 'groups', 'impersonateGroup'],
    ['impersonate', '', 'serviceaccounts', 'impersonateServiceaccount'],
    ['impersonate', 'authentication.k8s.io', 'uids', 'impersonateUid'],
    ['impersonate', 'authentication.k8s.io', 'userextras/tenantid', 'impersonateUserextraTenantid'],
    ['impersonate:user-info', 'authentication.k8s.io', 'users', 'impersonate:user-infoUser'],
    ['bind', rbac, 'clusterroles', 'bindClusterrole'],
    ['escalate', rbac, 'roles', 'escalateRole'],
    ['approve', 'certificates.k8s.io', 'signers', 'approveSigner'],
    ['sign', 'certificates.k8s.io', 'signers', 'signSigner'],
    ['attest', 'certificates.k8s.io', 'signers', 'attestSigner'],
    ['use', 'policy', 'podsecuritypolicies', 'usePodsecuritypolicy'],
    // KEP-3926, KEP-4412.
    ['unsafe-delete-ignore-read-errors', '', 'secrets', 'unsafe-delete-ignore-read-errorsSecret'],
    ['request-serviceaccounts-token-audience', '', 'vault', 'request-serviceaccounts-token-audienceVault'],
    // What `kubectl auth can-i` asks about everything.
    ['*', '', 'pods', '*Pod'],
  ])('%s %s %s: %s, which a policy has to spell out', (verb, group, path, action) => {
    const [resource = '', subresource = ''] = path.split('/');
    const question = requestOf(
      { user: 'bob', resourceAttributes: { verb, group, resource, subresource, name: 'x' } },
      { projects },
    );
    expect([question.action, reservedWord(question)]).toEqual([action, verb]);
  });
});

test.each<[string, ResourceAttributes, string]>([
  ['exec by any verb', { verb: 'delete', resource: 'pods', subresource: 'exec', name: 'x' }, 'createPodExec'],
  ['an eviction', { verb: 'create', resource: 'pods', subresource: 'eviction', name: 'x' }, 'createPodEviction'],
  [
    'sign keeps its name',
    { verb: 'sign', group: 'certificates.k8s.io', resource: 'signers', name: 'a/b' },
    'signSigner',
  ],
  [
    'a screen of a KubeVirt machine',
    {
      verb: 'get',
      group: 'subresources.kubevirt.io',
      resource: 'virtualmachineinstances',
      subresource: 'vnc',
      name: 'x',
    },
    'createVirtualmachineinstanceVnc',
  ],
  ['capitals change nothing', { verb: 'GET', resource: 'Pods', subresource: 'Exec', name: 'x' }, 'createPodExec'],
])('%s', (_name, resourceAttributes, action) => {
  expect(requestOf({ user: 'bob', resourceAttributes }, { projects }).action).toBe(action);
});

test.each([
  ['nothing', {}],
  [
    'both kinds',
    { resourceAttributes: { verb: 'get', resource: 'pods' }, nonResourceAttributes: { verb: 'get', path: '/' } },
  ],
  ['no verb', { resourceAttributes: { resource: 'pods' } }],
  ['no resource', { resourceAttributes: { verb: 'get' } }],
  ['no path', { nonResourceAttributes: { verb: 'get' } }],
])('a review of %s is refused', (_name, attributes) => {
  expect(() => requestOf({ user: 'bob', ...attributes }, { projects })).toThrow(
    expect.objectContaining({ code: 'ReviewIncomplete' }),
  );
});
