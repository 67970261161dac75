const auth = 'auth.tkestack.io/v1';
const business = 'business.tkestack.io/v1';

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: object;
}

/** A tenant whose objects are all called after it, with a cluster of its own. */
export interface Tenant {
  readonly id: string;
  readonly cluster: string;
  /** Of the tree of two projects: the upper one and the lower one. */
  readonly project: string;
  readonly child: string;
  /** User names. */
  readonly administrator: string;
  readonly owner: string;
  readonly member: string;
}

export function tenantOf(id: string): Tenant {
  const users = { administrator: `${id}-ann`, owner: `${id}-bert`, member: `${id}-cleo` };
  return { id, cluster: `cls-${id}`, project: `prj-${id}`, child: `prj-${id}-web`, ...users };
}

const subject = (user: string) => ({ id: `usr-${user}`, name: user });

function people({ id: tenantID, administrator, owner, member }: Tenant): Manifest[] {
  const spec = { name: tenantID, type: 'local', administrators: [administrator] };
  return [
    { apiVersion: auth, kind: 'IdentityProvider', metadata: { name: tenantID }, spec },
    ...[administrator, owner, member].map((username) => ({
      apiVersion: auth,
      kind: 'LocalIdentity',
      metadata: { name: `usr-${username}` },
      spec: { tenantID, username, displayName: username },
    })),
    {
      apiVersion: auth,
      kind: 'LocalGroup',
      metadata: { name: `grp-${tenantID}` },
      spec: { tenantID, displayName: 'Team', users: [subject(member)] },
    },
    {
      apiVersion: business,
      kind: 'Platform',
      metadata: { name: `platform-${tenantID}` },
      spec: { tenantID, administrators: [administrator] },
    },
  ];
}

function permissions({ id: tenantID, child, project, member }: Tenant): Manifest[] {
  const of = (kind: string, name: string, spec: object, namespace?: string): Manifest => ({
    ...{ apiVersion: auth, kind, metadata: { name, ...(namespace !== undefined && { namespace }) } },
    spec: { tenantID, ...spec },
  });
  const [reader, deployer] = [`pol-${tenantID}-reader`, `pol-${tenantID}-deployer`];
  const viewer = `pol-${tenantID}-project-viewer`;
  const policy = (name: string, scope: string, actions: string[]) =>
    of('Policy', name, {
      ...{ displayName: name, category: 'application', scope },
      statement: { effect: 'allow', actions, resources: ['*'] },
    });
  const groups = [{ id: `grp-${tenantID}` }];
  return [
    policy(reader, '', ['getConfigmap', 'listConfigmaps']),
    policy(deployer, 'project', ['*Deployment', '*Deployments']),
    of('Role', `rol-${tenantID}`, { displayName: 'Readers', policies: [reader] }),
    of('RoleBinding', `rlb-${tenantID}`, { roleID: `rol-${tenantID}`, groups }),
    of('PolicyBinding', `pb-${tenantID}`, { policyID: reader, users: [subject(member)] }),
    of('ProjectPolicyBinding', `${child}-${deployer}`, { projectID: child, policyID: deployer, groups }),
    // To a policy that the platform ships to every tenant, and that may not be there yet.
    of('ProjectPolicyBinding', `${project}-${viewer}`, {
      projectID: project,
      policyID: viewer,
      users: [subject(member)],
    }),
    of(
      'CustomPolicyBinding',
      reader,
      { domain: '*', policyID: reader, resources: ['chart:*'], rulePrefix: project },
      project,
    ),
  ];
}

function projects({ id: tenantID, cluster, project, child, administrator, owner }: Tenant): Manifest[] {
  const hard = (pods: number, cpu: string) => ({ [cluster]: { hard: { pods, 'requests.cpu': cpu } } });
  const of = (kind: string, name: string, spec: object, namespace?: string): Manifest => ({
    ...{ apiVersion: business, kind, metadata: { name, ...(namespace !== undefined && { namespace }) } },
    spec: { tenantID, ...spec },
  });
  const namespace = (name: string, home: string, pods: number) =>
    of(
      'Namespace',
      `${cluster}-${name}`,
      { clusterName: cluster, namespace: name, hard: { pods, 'requests.cpu': '2' } },
      home,
    );
  return [
    of('Project', project, { displayName: 'Shop', members: [administrator], clusters: hard(50, '10') }),
    of('Project', child, {
      ...{ displayName: 'Web', members: [owner], parentProjectName: project },
      clusters: hard(20, '4'),
    }),
    namespace('shop', project, 10),
    namespace('web', child, 20),
    of('ImageNamespace', `${tenantID}-images`, { name: `${tenantID}-images`, displayName: 'Images' }, project),
    of('ChartGroup', `${tenantID}-charts`, { name: `${tenantID}-charts`, displayName: 'Charts' }, project),
  ];
}

/** The namespaces of the hub that Kubernetes wants before what is in them. */
export function homes({ project, child }: Tenant): readonly Manifest[] {
  return [project, child].map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }));
}

/** All else that makes the tenant, in an order in which nothing refers to what comes later. */
export function tenantObjects(tenant: Tenant): readonly Manifest[] {
  return [...people(tenant), ...permissions(tenant), ...projects(tenant)];
}
