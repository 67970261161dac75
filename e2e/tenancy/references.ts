import type { Attempt } from './attempts.ts';
import type { Tenant } from './tenant-objects.ts';

const auth = '/apis/auth.tkestack.io/v1';
const business = '/apis/business.tkestack.io/v1';
const platform = '/apis/platform.tkestack.io/v1';

/** Makes an object of the own tenant; what it says refers to the other tenant. */
interface Reference {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  readonly spec: object;
}

function post(root: string, plural: string, tenantID: string, { kind, name, namespace, spec }: Reference): Attempt {
  const where = namespace === undefined ? '' : `/namespaces/${namespace}`;
  const metadata = { name, ...(namespace !== undefined && { namespace }) };
  const body = { apiVersion: root.replace('/apis/', ''), kind, metadata, spec: { tenantID, ...spec } };
  return { title: `create ${kind} ${JSON.stringify(spec)}`, method: 'POST', path: `${root}${where}/${plural}`, body };
}

/**
 * Objects that the tenant `mine` makes to get at what `theirs` has. All of them are good where both are the same.
 *
 * @param request what the administrator of `mine` asks for a credential with.
 */
export function references(mine: Tenant, theirs: Tenant, request: string): readonly Attempt[] {
  const { id } = mine;
  const users = usersOf(mine);
  const [policyID, roleID] = [`pol-${theirs.id}-reader`, `rol-${theirs.id}`];
  const make = (plural: string, reference: Reference) => post(auth, plural, id, reference);
  return [
    make('policybindings', { kind: 'PolicyBinding', name: 'pb-broken', spec: { policyID, users } }),
    make('rolebindings', { kind: 'RoleBinding', name: 'rlb-broken', spec: { roleID, users } }),
    make('roles', { kind: 'Role', name: 'rol-broken', spec: { displayName: 'x', policies: [policyID] } }),
    make('projectpolicybindings', {
      ...{ kind: 'ProjectPolicyBinding', name: `${mine.project}-pol-${theirs.id}-project-member` },
      spec: { projectID: mine.project, policyID: `pol-${theirs.id}-project-member`, users },
    }),
    make('custompolicybindings', {
      ...{ kind: 'CustomPolicyBinding', name: `pol-${id}-deployer`, namespace: theirs.project },
      spec: { domain: '*', policyID: `pol-${id}-deployer`, resources: ['*'], rulePrefix: 'x', users },
    }),
    ...ofBusiness(mine, theirs),
    ...ofCredentials(mine, theirs, request),
  ];
}

/** The same where a tenant has no such objects of its own that would be taken. */
export function furtherReferences(mine: Tenant, theirs: Tenant): readonly Attempt[] {
  const [namespace, hard] = ['web', { pods: 1, 'requests.cpu': '1' }];
  const taken = post(business, 'namespaces', mine.id, {
    ...{ kind: 'Namespace', name: `${theirs.cluster}-${namespace}`, namespace: mine.project },
    spec: { clusterName: theirs.cluster, namespace, hard },
  });
  return [taken, ...ofPlatform(mine, theirs), ...ofKubernetes(mine, theirs)];
}

const usersOf = ({ administrator, member }: Tenant) =>
  [administrator, member].map((name) => ({ id: `usr-${name}`, name }));

/**
 * Objects of the own tenant that are taken, because what they name could still be made in it: whoever applies a repository in any order needs
 * that. They must come to nothing.
 */
export function looseEnds(mine: Tenant, theirs: Tenant, request: string): readonly Attempt[] {
  const { id, project: namespace, administrator: username } = mine;
  const [policyID, theirNamespace] = [`pol-${id}-deployer`, `${theirs.cluster}-web`];
  return [
    ...[theirs.project, theirs.child].map((projectID) =>
      post(auth, 'projectpolicybindings', id, {
        ...{ kind: 'ProjectPolicyBinding', name: `${projectID}-${policyID}` },
        spec: { projectID, policyID, users: usersOf(mine) },
      }),
    ),
    post(business, 'nsemigrations', id, {
      ...{ kind: 'NsEmigration', name: theirNamespace, namespace },
      spec: { namespace: theirNamespace, destination: mine.child },
    }),
    post(business, 'namespacecredentials', id, {
      ...{ kind: 'NamespaceCredential', name: 'loose', namespace },
      spec: { namespace: theirNamespace, username, request },
    }),
  ];
}

function ofBusiness(mine: Tenant, theirs: Tenant): Attempt[] {
  const make = (plural: string, reference: Reference) => post(business, plural, mine.id, reference);
  const hard = { pods: 1, 'requests.cpu': '1' };
  const inTheirs = { clusterName: theirs.cluster, namespace: 'broken', hard };
  const theirNamespace = `${theirs.cluster}-web`;
  const project = (name: string, spec: object) =>
    make('projects', { kind: 'Project', name, spec: { displayName: 'x', ...spec } });
  return [
    project('prj-broken-parent', { parentProjectName: theirs.project }),
    project('prj-broken-cluster', { clusters: { [theirs.cluster]: { hard } } }),
    project('prj-broken-both', { parentProjectName: theirs.project, clusters: { [theirs.cluster]: { hard } } }),
    make('namespaces', {
      kind: 'Namespace',
      name: `${theirs.cluster}-broken`,
      namespace: mine.project,
      spec: inTheirs,
    }),
    make('namespaces', {
      kind: 'Namespace',
      name: `${theirs.cluster}-broken`,
      namespace: theirs.project,
      spec: inTheirs,
    }),
    make('namespaces', {
      ...{ kind: 'Namespace', name: `${mine.cluster}-broken`, namespace: theirs.project },
      spec: { clusterName: mine.cluster, namespace: 'broken', hard },
    }),
    make('nsemigrations', {
      ...{ kind: 'NsEmigration', name: `${mine.cluster}-web`, namespace: mine.child },
      spec: { namespace: `${mine.cluster}-web`, destination: theirs.project },
    }),
    make('nsemigrations', {
      ...{ kind: 'NsEmigration', name: theirNamespace, namespace: theirs.child },
      spec: { namespace: theirNamespace, destination: mine.project },
    }),
    ...['imagenamespaces', 'chartgroups'].map((plural) =>
      make(plural, {
        ...{
          kind: plural === 'chartgroups' ? 'ChartGroup' : 'ImageNamespace',
          name: 'broken',
          namespace: theirs.project,
        },
        spec: { name: 'broken' },
      }),
    ),
  ];
}

function ofCredentials(mine: Tenant, theirs: Tenant, request: string): Attempt[] {
  const make = (owner: Tenant, username: string) =>
    post(business, 'namespacecredentials', mine.id, {
      ...{ kind: 'NamespaceCredential', name: 'broken', namespace: owner.child },
      spec: { namespace: `${owner.cluster}-web`, username, request },
    });
  return [make(theirs, mine.administrator), make(mine, theirs.administrator)];
}

function ofPlatform(mine: Tenant, theirs: Tenant): Attempt[] {
  const make = (plural: string, reference: Reference) => post(platform, plural, mine.id, reference);
  const login = { port: 22, username: 'root', password: 'c2VjcmV0' };
  const addon = (kind: string, plural: string) =>
    make(plural, { kind, name: 'broken', spec: { clusterName: theirs.cluster, version: 'v1' } });
  return [
    make('clusters', {
      ...{ kind: 'Cluster', name: 'cls-broken' },
      spec: { type: 'Imported', credentialSecretRef: { name: theirs.cluster } },
    }),
    make('clusters', { kind: 'Cluster', name: 'global', spec: { type: 'Imported' } }),
    make('machines', {
      ...{ kind: 'Machine', name: 'mc-broken' },
      spec: { clusterName: theirs.cluster, type: 'Baremetal', ip: '192.0.2.1', ...login },
    }),
    addon('TappController', 'tappcontrollers'),
    addon('CronHPA', 'cronhpas'),
  ];
}

/** On the hub, where a tenant has nothing but its own objects. */
function ofKubernetes(mine: Tenant, theirs: Tenant): Attempt[] {
  const home = `/api/v1/namespaces/${theirs.project}`;
  const label = { metadata: { labels: { 'business.tkestack.io/project': mine.project } } };
  const merge = { 'Content-Type': 'application/merge-patch+json' };
  const object = (kind: string) => ({ apiVersion: 'v1', kind, metadata: { name: 'broken' } });
  const binding = {
    ...{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata: { name: 'broken' } },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: mine.administrator }],
  };
  const as = { 'Impersonate-User': theirs.administrator, 'Impersonate-Group': `tenant:${theirs.id}` };
  return [
    ...['', '/secrets', '/configmaps', '/pods', '/serviceaccounts', '/events'].map((what) => ({
      title: `get ${home}${what}`,
      path: `${home}${what}`,
    })),
    ...['Secret', 'ConfigMap', 'ServiceAccount'].map((kind) => ({
      ...{ title: `create ${kind} in ${theirs.project}`, method: 'POST' as const },
      ...{ path: `${home}/${kind.toLowerCase()}s`, body: object(kind) },
    })),
    { title: `take ${home}`, method: 'PATCH', path: home, headers: merge, body: label },
    { title: `delete ${home}`, method: 'DELETE', path: home },
    { title: 'take default', method: 'PATCH', path: '/api/v1/namespaces/default', headers: merge, body: label },
    { title: 'list secrets of the platform', path: '/api/v1/namespaces/tke-system/secrets' },
    { title: 'get a secret of the platform', path: `/api/v1/namespaces/tke-system/secrets/${theirs.cluster}` },
    { title: 'list namespaces', path: '/api/v1/namespaces' },
    {
      title: 'become administrator',
      method: 'POST',
      path: '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
      body: binding,
    },
    { title: 'act as the other administrator', path: `${business}/projects/${theirs.project}`, headers: as },
    {
      ...{ title: 'act as the manager', path: `${business}/projects/${theirs.project}` },
      headers: { 'Impersonate-User': 'system:serviceaccount:tke-system:tke-manager' },
    },
    {
      ...{ title: 'token of a service account', method: 'POST', path: `${home}/serviceaccounts/default/token` },
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { audiences: null } },
    },
  ];
}

/** In the cluster of the other tenant, with the own credentials. */
export function inMember(mine: Tenant): readonly Attempt[] {
  const webs = ['web', 'shop', 'default', 'kube-system'].flatMap((name) => [
    ...['', '/pods', '/secrets', '/configmaps', '/resourcequotas', '/services'].map((what) => ({
      title: `get ${name}${what} of the member`,
      path: `/api/v1/namespaces/${name}${what}`,
    })),
    { title: `get ${name}/deployments of the member`, path: `/apis/apps/v1/namespaces/${name}/deployments` },
    {
      ...{
        title: `create a config map in ${name} of the member`,
        method: 'POST' as const,
        path: `/api/v1/namespaces/${name}/configmaps`,
      },
      body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'broken' } },
    },
    {
      ...{ title: `take ${name} of the member`, method: 'PATCH' as const, path: `/api/v1/namespaces/${name}` },
      headers: { 'Content-Type': 'application/merge-patch+json' },
      body: { metadata: { labels: { 'tkestack.io/projectName': mine.project } } },
    },
  ]);
  // Kubernetes itself lets nobody delete the other two.
  const deletions = ['web', 'shop'].map((name) => ({
    ...{ title: `delete ${name} of the member`, method: 'DELETE' as const },
    path: `/api/v1/namespaces/${name}`,
  }));
  const lists = ['namespaces', 'nodes', 'pods', 'secrets'].map((what) => ({
    title: `list ${what} of the member`,
    path: `/api/v1/${what}`,
  }));
  return [...webs, ...deletions, ...lists];
}

/** To become somebody else there. */
export function disguises(theirs: Tenant): readonly Attempt[] {
  const as = { 'Impersonate-User': theirs.administrator, 'Impersonate-Group': `tenant:${theirs.id}` };
  return [
    { title: 'act as the other administrator in the member', path: '/api/v1/namespaces/web/pods', headers: as },
    {
      ...{ title: 'ask for a certificate in the member', method: 'POST' },
      path: '/apis/certificates.k8s.io/v1/certificatesigningrequests',
      body: {
        ...{ apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest', metadata: { name: 'broken' } },
        spec: { request: 'eA==', signerName: 'kubernetes.io/kube-apiserver-client', usages: ['client auth'] },
      },
    },
  ];
}
