import { expect, test } from '@jest/globals';
import { ProjectIndex } from '../authorizer/directories.ts';
import { requestOf } from './request.ts';
import { originalRequest } from './testing/original-request.ts';
import type { ResourceAttributes } from '@tke/meta';

const projects = new ProjectIndex();
projects.set('cls-1', 'ns1', 'prj-a');
projects.set(undefined, 'prj-a', 'prj-a');

type Asked = readonly [dom: string, obj: string, act: string];

interface Row {
  readonly n: number;
  /** verb, group, resource[/subresource], name, namespace */
  readonly asked: readonly [verb: string, group: string, resource: string, name: string, namespace: string];
  /** The apiserver that asks: TKEStack found it in a group, here it is the path and the certificate. */
  readonly cluster?: 'cls-1';
  /** The segment of the URL behind the subresource, which TKEStack's own servers saw. */
  readonly behind?: string;
  readonly original: Asked;
  /** Absent: as the original. */
  readonly ours?: Asked;
}

const business = 'business.tkestack.io';
const platform = 'platform.tkestack.io';
const registry = 'registry.tkestack.io';
const auth = 'auth.tkestack.io';
const rbac = 'rbac.authorization.k8s.io';
const web = 'cluster:cls-1/namespace:ns1/deployment:web';

// Every case that is known of TKEStack's conversion. Differences of the domain: TKEStack took it from a group that the
// client chose (a header), here it is the project that owns the namespace.
const rows: readonly Row[] = [
  {
    n: 1,
    asked: ['get', 'apps', 'deployments', 'web', 'ns1'],
    cluster: 'cls-1',
    original: ['prj-a', web, 'getDeployment'],
  },
  {
    n: 2,
    asked: ['list', 'apps', 'deployments', '', 'ns1'],
    cluster: 'cls-1',
    original: ['', 'cluster:cls-1/namespace:ns1/deployment:*', 'listDeployments'],
    // Domain: no header was sent, the namespace is prj-a's all the same. So in all that follow with ours of that kind.
    ours: ['prj-a', 'cluster:cls-1/namespace:ns1/deployment:*', 'listDeployments'],
  },
  {
    n: 3,
    asked: ['list', 'apps', 'deployments', '', ''],
    cluster: 'cls-1',
    original: ['', 'cluster:cls-1/deployment:*', 'listDeployments'],
  },
  {
    n: 4,
    asked: ['list', '', 'pods', 'web-0', 'ns1'],
    cluster: 'cls-1',
    original: ['', 'cluster:cls-1/namespace:ns1/pod:web-0', 'listPod'],
    ours: ['prj-a', 'cluster:cls-1/namespace:ns1/pod:web-0', 'listPod'],
  },
  {
    n: 5,
    asked: ['watch', '', 'pods', '', 'ns1'],
    cluster: 'cls-1',
    original: ['', 'cluster:cls-1/namespace:ns1/pod:*', 'watchPod'],
    ours: ['prj-a', 'cluster:cls-1/namespace:ns1/pod:*', 'watchPod'],
  },
  {
    n: 6,
    asked: ['create', 'apps', 'deployments', '', 'ns1'],
    cluster: 'cls-1',
    original: ['prj-a', 'cluster:cls-1/namespace:ns1/deployment:*', 'createDeployment'],
  },
  {
    n: 7,
    asked: ['update', 'apps', 'deployments', 'web', 'ns1'],
    cluster: 'cls-1',
    original: ['prj-a', web, 'updateDeployment'],
  },
  {
    n: 8,
    asked: ['patch', 'apps', 'deployments', 'web', 'ns1'],
    cluster: 'cls-1',
    original: ['prj-a', web, 'updateDeployment'],
  },
  {
    n: 9,
    asked: ['patch', 'apps', 'deployments/scale', 'web', 'ns1'],
    original: ['', 'namespace:ns1/deployment:web', 'updateDeploymentScale'],
  },
  {
    n: 10,
    asked: ['get', 'apps', 'deployments/scale', 'web', 'ns1'],
    original: ['', 'namespace:ns1/deployment:web', 'listDeploymentScale'],
  },
  {
    n: 11,
    asked: ['get', 'apps', 'deployments/status', 'web', 'ns1'],
    original: ['', 'namespace:ns1/deployment:web', 'getDeploymentStatus'],
  },
  {
    n: 12,
    asked: ['deletecollection', '', 'secrets', '', 'ns1'],
    original: ['', 'namespace:ns1/secret:*', 'deleteSecret'],
  },
  { n: 13, asked: ['delete', '', 'secrets', 'db', 'ns1'], original: ['', 'namespace:ns1/secret:db', 'deleteSecret'] },
  {
    n: 14,
    asked: ['create', '', 'pods/exec', 'web-0', 'ns1'],
    cluster: 'cls-1',
    original: ['', 'cluster:cls-1/namespace:ns1/pod:web-0', 'createPodExec'],
    ours: ['prj-a', 'cluster:cls-1/namespace:ns1/pod:web-0', 'createPodExec'],
  },
  {
    n: 15,
    asked: ['get', '', 'pods/exec', 'web-0', 'ns1'],
    cluster: 'cls-1',
    original: ['', 'cluster:cls-1/namespace:ns1/pod:web-0', 'listPodExec'],
    // A WebSocket exec is an exec: no grant to read contains it.
    ours: ['prj-a', 'cluster:cls-1/namespace:ns1/pod:web-0', 'createPodExec'],
  },
  {
    n: 16,
    asked: ['get', '', 'pods/portforward', 'web-0', 'ns1'],
    cluster: 'cls-1',
    original: ['', 'cluster:cls-1/namespace:ns1/pod:web-0', 'listPodPortforward'],
    // As 15.
    ours: ['prj-a', 'cluster:cls-1/namespace:ns1/pod:web-0', 'createPodPortforward'],
  },
  {
    n: 17,
    asked: ['get', '', 'pods/log', 'web-0', 'ns1'],
    cluster: 'cls-1',
    original: ['', 'cluster:cls-1/namespace:ns1/pod:web-0', 'getPodLog'],
    ours: ['prj-a', 'cluster:cls-1/namespace:ns1/pod:web-0', 'getPodLog'],
  },
  {
    n: 18,
    asked: ['get', '', 'nodes/proxy', 'n1', ''],
    cluster: 'cls-1',
    original: ['', 'cluster:cls-1/node:n1', 'getNodeProxy'],
    // The kubelet's API, exec in it included, is no reading.
    ours: ['', 'cluster:cls-1/node:n1', 'createNodeProxy'],
  },
  {
    n: 19,
    asked: ['get', '', 'namespaces', 'ns1', 'ns1'],
    cluster: 'cls-1',
    original: ['', 'cluster:cls-1/namespace:ns1', 'getNamespace'],
    ours: ['prj-a', 'cluster:cls-1/namespace:ns1', 'getNamespace'],
  },
  {
    n: 20,
    asked: ['list', '', 'namespaces', '', ''],
    cluster: 'cls-1',
    original: ['', 'cluster:cls-1/namespace:*', 'listNamespaces'],
  },
  {
    n: 21,
    asked: ['create', '', 'serviceaccounts/token', 'sa1', 'ns1'],
    cluster: 'cls-1',
    original: ['', 'cluster:cls-1/namespace:ns1/serviceaccount:sa1', 'createServiceaccountToken'],
    ours: ['prj-a', 'cluster:cls-1/namespace:ns1/serviceaccount:sa1', 'createServiceaccountToken'],
  },
  {
    n: 22,
    asked: ['bind', rbac, 'clusterroles', 'cluster-admin', ''],
    cluster: 'cls-1',
    original: ['', 'clusterroles', 'bind'],
    // An action and an object that a policy can name; and only a policy that does is heard.
    ours: ['', 'cluster:cls-1/clusterrole:cluster-admin', 'bindClusterrole'],
  },
  {
    n: 23,
    asked: ['impersonate', '', 'users', 'admin', ''],
    cluster: 'cls-1',
    original: ['', 'users', 'impersonate'],
    // As 22.
    ours: ['', 'cluster:cls-1/user:admin', 'impersonateUser'],
  },
  { n: 24, asked: ['get', platform, 'clusters', 'cls-1', ''], original: ['', 'cluster:cls-1', 'getCluster'] },
  {
    n: 25,
    asked: ['update', platform, 'clusters/status', 'cls-1', ''],
    original: ['', 'cluster:cls-1', 'updateClusterStatus'],
  },
  {
    n: 26,
    asked: ['get', platform, 'clusters/helms', 'cls-1', ''],
    original: ['', 'cluster:cls-1/helm:*', 'listHelms'],
    // No aggregated server, so no such subresource, and nothing to re-root. So are 27 and 28.
    ours: ['', 'cluster:cls-1', 'listClusterHelms'],
  },
  {
    n: 27,
    asked: ['get', platform, 'clusters/helms', 'cls-1', ''],
    behind: 'foo',
    original: ['', 'cluster:cls-1/helm:foo', 'getHelm'],
    ours: ['', 'cluster:cls-1', 'listClusterHelms'],
  },
  {
    n: 28,
    asked: ['create', platform, 'clusters/drains', 'cls-1', ''],
    behind: 'node1',
    original: ['', 'cluster:cls-1/drain:node1', 'createDrain'],
    ours: ['', 'cluster:cls-1', 'createClusterDrains'],
  },
  {
    n: 29,
    asked: ['get', platform, 'clusters/proxy', 'cls-1', ''],
    original: ['', 'cluster:cls-1', 'getClusterProxy'],
    // As 18.
    ours: ['', 'cluster:cls-1', 'createClusterProxy'],
  },
  {
    n: 30,
    asked: ['get', platform, 'prometheuses', 'prom-1', ''],
    original: ['', 'prometheuse:prom-1', 'getPrometheuse'],
  },
  {
    n: 31,
    asked: ['get', business, 'namespaces', 'ns-1', 'prj-a'],
    original: ['prj-a', 'project:prj-a/namespace:ns-1', 'getNamespace'],
  },
  {
    n: 32,
    asked: ['get', business, 'namespaces/certificate', 'ns-1', 'prj-a'],
    // A download of a credential by list: the shipped policies grant it by that name, and no server of ours serves it.
    original: ['prj-a', 'project:prj-a/namespace:ns-1', 'listNamespaceCertificate'],
  },
  {
    n: 33,
    asked: ['update', business, 'projects', 'prj-b', ''],
    original: ['prj-a', 'project:prj-b', 'updateProject'],
    // TKEStack denied it because the header said another project; here the project itself is the domain.
    ours: ['prj-b', 'project:prj-b', 'updateProject'],
  },
  {
    n: 34,
    asked: ['update', business, 'platforms', 'platform-x', ''],
    original: ['prj-a', 'platform:platform-x', 'updatePlatform'],
    // A platform is no project's: a project grant does not reach it, whatever header is sent.
    ours: ['', 'platform:platform-x', 'updatePlatform'],
  },
  { n: 35, asked: ['list', business, 'portal', '', ''], original: ['', 'portal:*', 'listPortal'] },
  {
    n: 36,
    asked: ['get', registry, 'namespaces', 'rns-1', ''],
    original: ['', 'registrynamespace:rns-1', 'getRegistrynamespace'],
  },
  {
    n: 37,
    asked: ['list', registry, 'repositories', '', 'rns-1'],
    original: ['', 'registrynamespace:rns-1/repository:*', 'listRepositories'],
  },
  {
    n: 38,
    asked: ['get', registry, 'charts', 'chart-1', 'cg-1'],
    original: ['', 'registrynamespace:cg-1/chart:chart-1', 'getChart'],
  },
  {
    n: 39,
    asked: ['create', auth, 'policies/binding', 'pol-1', ''],
    original: ['', 'policy:pol-1', 'createPolicyBinding'],
  },
  { n: 40, asked: ['get', auth, 'users/policies', 'jack', ''], original: ['', 'user:jack', 'listUserPolicies'] },
  {
    n: 41,
    asked: ['create', auth, 'localidentities/password', 'usr-1', ''],
    original: ['', 'localidentity:usr-1', 'createLocalidentityPassword'],
  },
  {
    n: 42,
    asked: ['create', auth, 'projects/users', 'prj-a', ''],
    original: ['prj-a', 'project:prj-a', 'createProjectUsers'],
    // The auth group's projects were a view; only business projects are a domain.
    ours: ['', 'project:prj-a', 'createProjectUsers'],
  },
  {
    n: 43,
    asked: ['create', 'audit.tkestack.io', 'events', 'updateStoreConfig', ''],
    original: ['prj-a', 'event:updateStoreConfig', 'createEvent'],
    // As 34.
    ours: ['', 'event:updateStoreConfig', 'createEvent'],
  },
];

function attributesOf({ asked: [verb, group, path, name, namespace] }: Row): ResourceAttributes {
  const [resource = '', subresource = ''] = path.split('/');
  return { verb, group, version: 'v1', resource, subresource, name, namespace };
}

test.each(rows)('$n $asked', (row) => {
  const { cluster, original, ours = original } = row;
  const spec = { user: 'bob', resourceAttributes: attributesOf(row) };
  const { domain, object, action } = requestOf(spec, { cluster, projects });
  expect([domain, object, action]).toEqual(ours);
});

test.each(rows)('$n of TKEStack: $original', (row) => {
  const { cluster, original, behind } = row;
  const [project] = original;
  // What the client's headers became.
  const groups = [
    ...(cluster === undefined ? [] : [`cluster:${cluster}`]),
    ...(project === '' ? [] : [`project:${project}`]),
  ];
  const { domain, object, action } = originalRequest(attributesOf(row), groups, behind);
  expect([domain, object, action]).toEqual(original);
});
