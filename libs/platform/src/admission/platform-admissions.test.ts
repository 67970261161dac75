import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { platformKinds } from '@tke/api-platform';
import type { KubeObject } from '@tke/meta';
import { catalogue as shipped } from '@tke/package-source';
import { callerTenant } from '@tke/policy';
import type { AdmissionRequest, AdmissionUser } from '@tke/webhook';

import { platformAdmissions } from './platform-admissions.ts';
import { cacheOf } from './testing/cache-of.ts';
import {
  aCluster,
  aCredential,
  aMachine,
  anAddon,
  anImport,
  aRegistry,
  aSecret,
  host,
  leaving,
  namespace,
  password,
  withStatus,
  type TestObject,
} from './testing/objects.ts';

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
const alice = user('alice', { 'tkestack.io/tenantid': ['default'] });
const both = user('mallory', {}, ['tenant:default', 'tenant:other']);

const tools = { containerd: '2', runc: '1', crictl: '1', cniPlugins: '1' };
const images = { etcd: '3', coredns: '1', pause: '3' };
const catalogue = ['1.36.3', '1.35.4'].map((kubernetes) => ({ kubernetes, images, ...tools }));

interface Asked {
  readonly object?: KubeObject;
  readonly oldObject?: KubeObject;
  readonly by?: AdmissionUser;
  readonly stored?: readonly KubeObject[];
}

async function admissionOf({ object, oldObject, by = platform, stored = [] }: Asked) {
  const about = (object ?? oldObject)!;
  const cache = await cacheOf([aSecret('login', 'default'), ...stored], namespace, end.signal);
  const admissions = platformAdmissions(cache, { namespace, catalogue, callerTenant });
  const admission = admissions.find(({ kind }) => kind.kind === about.kind)!;
  const request: AdmissionRequest = {
    uid: '1',
    operation: object === undefined ? 'DELETE' : oldObject === undefined ? 'CREATE' : 'UPDATE',
    kind: admission.kind,
    name: about.metadata.name ?? '',
    userInfo: by,
    dryRun: false,
    ...(object && { object }),
    ...(oldObject && { oldObject }),
  };
  return { admission, request };
}

async function judge(asked: Asked) {
  const { admission, request } = await admissionOf(asked);
  const { problems, warnings } = await admission.validate!(request);
  for (const { rule, remedy } of problems) {
    expect([rule, remedy].every((text) => text.length > 10)).toBe(true);
  }
  return { problems: problems.map(({ field, rule }) => `${field} ${rule}`), warnings };
}

/** One text of each problem; fails when there is a warning that is not asked for. */
async function refused(asked: Asked): Promise<readonly string[]> {
  const { problems, warnings } = await judge(asked);
  expect(warnings).toEqual([]);
  return problems;
}

/** One text of each warning; fails when it is refused. */
async function warned(asked: Asked): Promise<readonly string[]> {
  const { problems, warnings } = await judge(asked);
  expect(problems).toEqual([]);
  return warnings;
}

const silent = { problems: [], warnings: [] };

test('every kind has an admission, once', async () => {
  const cache = await cacheOf([], namespace, end.signal);
  const kinds = platformAdmissions(cache, { namespace, callerTenant }).map(({ kind }) => kind.kind);
  expect(kinds.toSorted()).toEqual(platformKinds.map(({ kind }) => kind).toSorted());
});

test.each<[string, Asked]>([
  ['a cluster that is built', { object: aCluster() }],
  ['a machine of it', { object: aMachine(), stored: [aCluster()] }],
  ['an addon of it', { object: anAddon('CronHPA'), stored: [aCluster()] }],
  ['a registry of no cluster', { object: aRegistry() }],
  ['a credential of a cluster to come', { object: aCredential({ clusterName: 'cls-a' }) }],
  ['the deletion of anything', { oldObject: aMachine({ clusterName: 'gone' }) }],
])('%s is admitted without a word', async (_, asked) => {
  expect(await judge(asked)).toEqual(silent);
});

describe('what is stored already is not judged again', () => {
  const broken = aMachine({ ip: '10.0.0.1' });
  const inClear = { ip: '10.0.0.1', credentialSecretRef: undefined, password };
  const stored = [aCluster(), broken];
  const isMaster = 'spec.ip must not be the address of a host of the control plane of Cluster cls-a';

  test('it is refused when it is new', async () => {
    expect(await refused({ object: broken, stored: [aCluster()] })).toEqual([isMaster]);
  });

  test('labels, finalizers and status change freely', async () => {
    // Of which one is warned where it is judged.
    const oldObject = aMachine(inClear);
    const object = withStatus({ ...oldObject, metadata: { name: 'mc-a', labels: { a: 'b' } } }, { phase: 'Failed' });
    expect(await judge({ object, oldObject, stored })).toEqual(silent);
  });

  test('nor when another field changes', async () => {
    const object = aMachine({ ip: '10.0.0.1', username: 'ubuntu' });
    expect(await judge({ object, oldObject: broken, stored })).toEqual(silent);
  });

  test('but what a change brings in is', async () => {
    const object = aMachine({ ip: '10.0.0.1', credentialSecretRef: { name: 'foreign' } });
    const problems = await refused({ object, oldObject: broken, stored: [...stored, aSecret('foreign', 'other')] });
    expect(problems).toEqual([expect.stringMatching(/^spec\.credentialSecretRef\.name must name a Secret/)]);
  });
});

describe('the tenant', () => {
  const filled = async (asked: Asked) => {
    const { admission, request } = await admissionOf(asked);
    return (await admission.default!(request)) as TestObject | undefined;
  };

  test.each<[string, (change: object) => TestObject]>([
    ['Cluster', aCluster],
    ['Machine', aMachine],
    ['Registry', aRegistry],
    ['CronHPA', (change) => anAddon('CronHPA', change)],
  ])('of a %s is filled in from the caller', async (_, make) => {
    const object = await filled({ object: make({ tenantID: '' }), by: alice });
    expect(object?.spec).toEqual({ ...make({}).spec, tenantID: 'default' });
    expect(await filled({ object: make({ tenantID: undefined }), by: platform })).toBeUndefined();
    expect(await filled({ object: make({ tenantID: '' }), by: both })).toBeUndefined();
    expect(await filled({ object: make({ tenantID: 'other' }), by: alice })).toBeUndefined();
  });

  test('stays when an update leaves it out', async () => {
    const update = { object: aMachine({ tenantID: undefined }), oldObject: aMachine(), by: platform };
    expect((await filled(update))?.spec).toMatchObject({ tenantID: 'default' });
  });

  test('of an object that is not even one is left to the schema', async () => {
    const object = { apiVersion: 'platform.tkestack.io/v1', kind: 'Cluster', metadata: { name: 'cls-a' } };
    expect(await filled({ object, by: alice })).toBeUndefined();
  });
});

describe('a cluster named global', () => {
  const object = aCluster({}, 'global');
  const reserved = ['metadata.name is reserved for the cluster the platform runs on'];

  test.each<[string, AdmissionUser, readonly string[]]>([
    ['not made by a user of a tenant', alice, reserved],
    ['not made by a user of several tenants', both, reserved],
    ['made by the platform', platform, []],
  ])('is %s', async (_, by, problems) => {
    expect(await refused({ object, by })).toEqual(problems);
  });

  test('can be changed by whoever else may', async () => {
    const changed = aCluster({ displayName: 'x' }, 'global');
    expect(await refused({ object: changed, oldObject: object, by: alice })).toEqual([]);
  });
});

describe('the version of a cluster', () => {
  const listed = 'spec.version must be one of 1.36.3, 1.35.4';
  const begun = { builtVersion: '1.35.4', plan: { operation: 'Create', completed: 3, total: 9 } };
  const stays = 'spec.version must stay 1.35.4, which the cluster was built with: clusters cannot be upgraded yet';
  const stored = withStatus(aCluster({ version: '1.35.4' }), begun);
  const changed = (version: string) => withStatus(aCluster({ version }), begun);

  test.each<[string, Asked, readonly string[]]>([
    ['of the catalogue', { object: aCluster({ version: '1.35.4' }) }, []],
    ['that is left empty', { object: aCluster({ version: '' }) }, []],
    ['that is in no catalogue', { object: aCluster({ version: '1.30.0' }) }, [listed]],
    ['of an edge cluster in no catalogue', { object: aCluster({ version: '1.30.0', type: 'Edge' }) }, [listed]],
    ['of an imported cluster', { object: anImport({ version: '1.30.0', ...anImportAddress() }) }, []],
    [
      'that is put right before the cluster is begun',
      { object: aCluster({ version: '1.36.3' }), oldObject: aCluster({ version: '1.30.0' }) },
      [],
    ],
    [
      'that is still wrong after a change',
      { object: aCluster({ version: '1.31.0' }), oldObject: aCluster({ version: '1.30.0' }) },
      [listed],
    ],
    ['that changes once the cluster is begun', { object: changed('1.36.3'), oldObject: stored }, [stays]],
    ['that is taken back', { object: changed('1.35.4'), oldObject: changed('1.36.3') }, []],
    ['that is written out afterwards', { object: changed('1.35.4'), oldObject: changed('') }, []],
    [
      'that has left the catalogue',
      {
        object: withStatus(aCluster({ version: '1.34.1', displayName: 'x' }), { ...begun, builtVersion: '1.34.1' }),
        oldObject: withStatus(aCluster({ version: '1.34.1' }), { ...begun, builtVersion: '1.34.1' }),
      },
      [],
    ],
    [
      'that has left the catalogue and is written out afterwards',
      {
        object: withStatus(aCluster({ version: '1.34.1' }), { ...begun, builtVersion: '1.34.1' }),
        oldObject: withStatus(aCluster(), { ...begun, builtVersion: '1.34.1' }),
      },
      [],
    ],
  ])('%s', async (_, asked, problems) => {
    expect(await refused(asked)).toEqual(problems);
  });
});

test('the versions are those of the package source unless others are given', async () => {
  const cache = await cacheOf([aSecret('login', 'default')], namespace, end.signal);
  const admissions = platformAdmissions(cache, { namespace, callerTenant });
  const object = aCluster({ version: shipped[0]?.kubernetes });
  const { request } = await admissionOf({ object });
  const admission = admissions.find(({ kind }) => kind.kind === 'Cluster')!;
  expect(await admission.validate!(request)).toEqual(silent);
});

function anImportAddress() {
  return { addresses: [{ type: 'Advertise', host: 'api.example.com', port: 6443 }] };
}

test('a network that kubeadm would refuse is refused while it can be corrected', async () => {
  expect(await refused({ object: aCluster({ serviceCIDR: '10.0.0.0/9' }) })).toEqual([
    expect.stringMatching(/^spec serviceCIDR 10\.0\.0\.0\/9 must have at most 2\^20 addresses/),
  ]);
});

describe('the way to an imported cluster', () => {
  const ref = { clusterCredentialRef: { name: 'cc-a' } };
  const required = ['spec.addresses is required for an imported cluster without a kubeconfig'];
  const kubeconfig = { secretRef: { name: 'login' } };

  test.each<[string, object, KubeObject[], readonly string[]]>([
    ['an address', anImportAddress(), [], []],
    ['a kubeconfig', { credentialSecretRef: { name: 'login' } }, [], []],
    ['nothing', {}, [], required],
    ['an empty list', { addresses: [] }, [], required],
    ['a credential with a kubeconfig', ref, [aCredential(kubeconfig)], []],
    ['a credential without one', ref, [aCredential({ token: 'x' })], required],
    ['a credential that names it', {}, [aCredential({ ...kubeconfig, clusterName: 'cls-i' })], []],
    [
      'a credential of another tenant that names it',
      {},
      [aCredential({ ...kubeconfig, clusterName: 'cls-i', tenantID: 'other' })],
      required,
    ],
  ])('may be %s', async (_, change, stored, problems) => {
    expect(await refused({ object: anImport(change), stored })).toEqual(problems);
  });

  test('may come with a credential that is not there yet', async () => {
    expect(await warned({ object: anImport(ref) })).toEqual([
      'spec.clusterCredentialRef.name: ClusterCredential cc-a does not exist; until it does, it opens nothing',
    ]);
  });

  test('may be what was stored in status', async () => {
    const status = { addresses: [{ type: 'Real', host: '10.0.0.1', port: 6443 }] };
    const [object, oldObject] = [{}, anImportAddress()].map((change) => withStatus(anImport(change), status));
    expect(await refused({ object: object!, oldObject: oldObject! })).toEqual([]);
  });

  const created = async (object: KubeObject, by = platform, oldObject?: KubeObject) => {
    const { admission, request } = await admissionOf({ object, by, ...(oldObject && { oldObject }) });
    const filled = (await admission.default!(request)) as TestObject | undefined;
    return { spec: filled?.spec, warnings: admission.warn!(request) };
  };
  const inStatus = (...types: string[]) => ({ addresses: types.map((type) => ({ type, host: 'a', port: 6443 })) });

  test('is taken over from the status of a manifest of TKEStack', async () => {
    const { spec, warnings } = await created(
      withStatus(anImport({ tenantID: '' }), inStatus('Internal', 'Real')),
      alice,
    );
    expect(spec).toEqual({ tenantID: 'default', type: 'Imported', ...inStatus('Real') });
    expect(warnings).toEqual(['status.addresses is not stored: it was taken over into spec.addresses, write it there']);
  });

  test('is asked for where the status has none that will do', async () => {
    const { spec, warnings } = await created(withStatus(anImport(), inStatus('Internal')));
    expect(spec).toBeUndefined();
    expect(warnings).toEqual([
      'status.addresses is not stored: write it as spec.addresses, with type Advertise or Real',
    ]);
  });

  test('is not put back where it is taken away', async () => {
    const [object, oldObject] = [{}, anImportAddress()].map((change) => withStatus(anImport(change), inStatus('Real')));
    expect(await created(object!, platform, oldObject)).toEqual({ spec: undefined, warnings: [] });
  });

  test.each([
    ['spec has addresses', withStatus(anImport(anImportAddress()), inStatus('Real'))],
    ['the cluster is built', withStatus(aCluster(), inStatus('Real'))],
    ['the status is nonsense', withStatus(anImport(), { addresses: 'none' })],
    ['the status has nonsense', withStatus(anImport(), { addresses: [] })],
    ['there is no status', anImport()],
  ])('is left as it is where %s', async (_, object) => {
    expect(await created(object)).toEqual({ spec: undefined, warnings: [] });
  });
});

describe('credentials', () => {
  const foreign =
    'spec.clusterCredentialRef.name must name a ClusterCredential of tenant "default", the tenant of this object';
  const cluster = anImport({ ...anImportAddress(), clusterCredentialRef: { name: 'cc-a' } });

  test('of another tenant cannot be named', async () => {
    expect(await refused({ object: cluster, stored: [aCredential()] })).toEqual([]);
    expect(await refused({ object: cluster, stored: [aCredential({ tenantID: 'other' })] })).toEqual([foreign]);
  });

  test('open no cluster of another tenant', async () => {
    const stored = [aCluster()];
    expect(await refused({ object: aCredential({ clusterName: 'cls-a' }), stored })).toEqual([]);
    expect(await refused({ object: aCredential({ clusterName: 'cls-a', tenantID: 'other' }), stored })).toEqual([
      'clusterName must name a Cluster of tenant "other", the tenant of this object',
    ]);
  });
});

describe('Secrets', () => {
  const es = (change: object) =>
    anAddon('PersistentEvent', { persistentBackEnd: { es: { ip: 'es', scheme: 'https', indexName: 'a', ...change } } });
  const named = { name: 'found' };
  const naming: [string, string, KubeObject][] = [
    ['spec.credentialSecretRef', 'of a Cluster', anImport({ credentialSecretRef: named })],
    [
      'spec.machines[1].credentialSecretRef',
      'of a host',
      aCluster({ machines: [host('10.0.0.1'), host('10.0.0.2', { credentialSecretRef: named })] }),
    ],
    [
      'spec.machines[0].proxy.credentialSecretRef',
      'of the proxy of a host',
      aCluster({
        machines: [host('10.0.0.1', { proxy: { type: 'SSHJumpServer', ip: 'a', credentialSecretRef: named } })],
      }),
    ],
    ['spec.credentialSecretRef', 'of a Machine', aMachine({ credentialSecretRef: named })],
    [
      'spec.proxy.credentialSecretRef',
      'of the proxy of a Machine',
      aMachine({ proxy: { type: 'SSHJumpServer', ip: 'a', credentialSecretRef: named } }),
    ],
    ['secretRef', 'of a ClusterCredential', aCredential({ secretRef: named })],
    ['spec.persistentBackEnd.es.passwordSecretRef', 'of a PersistentEvent', es({ passwordSecretRef: named })],
  ];

  test.each(naming)('%s %s must be of its tenant', async (field, _, object) => {
    const stored = object.kind === 'Cluster' ? [] : [aCluster()];
    const secret = (tenant: string | undefined) => [...stored, aSecret('found', tenant)];
    expect(await judge({ object, stored: secret('default') })).toEqual(silent);
    expect(await refused({ object, stored: secret('other') })).toEqual([
      `${field}.name must name a Secret whose label platform.tkestack.io/tenant-id is "default", the tenant of this object`,
    ]);
    const missing = `${field}.name: there is no Secret found with the label platform.tkestack.io/tenant-id in namespace tke-system; until there is, it opens nothing`;
    expect(await warned({ object, stored })).toEqual([missing]);
    expect(await warned({ object, stored: secret(undefined) })).toEqual([missing]);
  });

  const inline = { credentialSecretRef: undefined, password };
  test.each<[string, KubeObject, string]>([
    [
      'a host',
      aCluster({ machines: [host('10.0.0.1', inline)] }),
      'spec.machines[0].password in clear: everybody who may read this Cluster reads it too; prefer credentialSecretRef',
    ],
    [
      'many hosts',
      aCluster({
        machines: [1, 2].map((i) => host(`10.0.0.${i}`, { ...inline, proxy: { password, privateKey: password } })),
      }),
      'spec.machines[0].password, spec.machines[0].proxy.password and 4 more fields in clear: everybody who may read this Cluster reads it too; prefer credentialSecretRef',
    ],
    [
      'a Machine',
      aMachine({ ...inline, passPhrase: password }),
      'spec.password, spec.passPhrase in clear: everybody who may read this Machine reads it too; prefer credentialSecretRef',
    ],
    [
      'a credential',
      aCredential({ token: 'secret11', clientKey: password, clientCert: 'a' }),
      'clientKey, token in clear: everybody who may read this ClusterCredential reads it too; prefer secretRef',
    ],
    [
      'a registry',
      aRegistry({ password: 'secret11' }),
      'spec.password in clear: everybody who may read this Registry reads it too; give it a password that may only pull',
    ],
    [
      'a store of events',
      es({ password: 'secret11' }),
      'spec.persistentBackEnd.es.password in clear: everybody who may read this PersistentEvent reads it too; prefer passwordSecretRef',
    ],
  ])('should not stand in the object itself: %s', async (_, object, warning) => {
    const stored = object.kind === 'Cluster' ? [] : [aCluster()];
    const warnings = await warned({ object, stored });
    expect(warnings).toEqual([warning]);
    expect(warning.length).toBeLessThanOrEqual(256);
  });

  test('is not said of secrets that are left empty', async () => {
    const object = aMachine({ password: '', privateKey: '', passPhrase: '' });
    expect(await judge({ object, stored: [aCluster()] })).toEqual(silent);
  });
});

describe('the cluster of', () => {
  const kinds: [string, (change: object) => TestObject][] = [
    ['Machine', aMachine],
    ['Registry', (change) => aRegistry({ clusterName: 'cls-a', ...change })],
    ...['CronHPA', 'CSIOperator', 'TappController'].map((kind): [string, (change: object) => TestObject] => [
      kind,
      (change) => anAddon(kind, change),
    ]),
  ];

  test.each(kinds)('a %s is of its tenant', async (_, make) => {
    const stored = [aCluster(), aSecret('login', 'other')];
    expect(await judge({ object: make({}), stored: [aCluster()] })).toEqual(silent);
    expect(await refused({ object: make({ tenantID: 'other' }), stored })).toEqual([
      'spec.clusterName must name a Cluster of tenant "other", the tenant of this object',
    ]);
  });

  test.each(kinds)('a %s may come later', async (_, make) => {
    expect(await warned({ object: make({}) })).toEqual([
      'spec.clusterName: Cluster cls-a does not exist; until it does, nothing is done',
    ]);
  });
});

describe('a Machine', () => {
  test('joins no imported cluster', async () => {
    const object = aMachine({ clusterName: 'cls-i' });
    expect(await refused({ object, stored: [anImport(anImportAddress())] })).toEqual([
      'spec.clusterName must name a cluster that is built here, and this one is imported',
    ]);
  });

  test.each<[string, string, string, string[]]>([
    [
      'of a master',
      '10.0.0.1',
      '10.0.0.5',
      ['spec.ip must not be the address of a host of the control plane of Cluster cls-a'],
    ],
    ['of another Machine', '10.0.0.5', '10.0.0.5', ['spec.ip must not be the address of Machine mc-b']],
    [
      'of another Machine in another spelling',
      'FD00:0::5',
      'fd00::5',
      ['spec.ip must not be the address of Machine mc-b'],
    ],
    ['of nobody', '10.0.0.6', '10.0.0.5', []],
  ])('has not the address %s', async (_, ip, other, problems) => {
    const stored = [aCluster(), aMachine({ ip: other }, 'mc-b')];
    expect(await refused({ object: aMachine({ ip }), stored })).toEqual(problems);
  });

  test('has not the address of a master in another spelling', async () => {
    const stored = [aCluster({ machines: [host('fd00::1')] })];
    expect(await refused({ object: aMachine({ ip: 'fd00:0:0::1' }), stored })).toHaveLength(1);
  });

  test('waits for one that leaves the host', async () => {
    const stored = [aCluster(), leaving(aMachine({}, 'mc-b'))];
    expect(await warned({ object: aMachine(), stored })).toEqual([
      'spec.ip: Machine mc-b is still being removed from 10.0.0.9; until it is, this one waits',
    ]);
  });

  test('is not kept out by one of another tenant', async () => {
    const stored = [aCluster(), aMachine({ tenantID: 'other' }, 'mc-b')];
    expect(await judge({ object: aMachine(), stored })).toEqual(silent);
  });

  describe('finds room', () => {
    // Four blocks of /28 for nodes, of which the 32 services take two.
    const small = { clusterCIDR: '10.244.0.0/26', properties: { maxNodePodNum: 16, maxClusterServiceNum: 32 } };
    const others = (count: number) =>
      Array.from({ length: count }, (_, i) => aMachine({ ip: `10.0.1.${i}` }, `mc-${i}`));
    const full = (room: number, present: number, cidr = '10.244.0.0/26') =>
      `spec.clusterName must name a cluster with room for another node: ${cidr} has blocks of addresses for ${room}, and there are ${present}`;

    test.each<[string, object, readonly KubeObject[], readonly string[]]>([
      ['beside a master', small, [], []],
      ['not where services have taken it', small, others(1), [full(2, 2)]],
      [
        'where services are elsewhere',
        { ...small, properties: { maxNodePodNum: 16 }, serviceCIDR: '10.96.0.0/16' },
        others(2),
        [],
      ],
      [
        'not where there are as many',
        { ...small, properties: { maxNodePodNum: 16 }, serviceCIDR: '10.96.0.0/16' },
        others(3),
        [full(4, 4)],
      ],
      ['in the place of one that leaves', small, others(1).map(leaving), []],
      ['in a large cluster', {}, others(100), []],
    ])('%s', async (_, change, machines, problems) => {
      expect(await refused({ object: aMachine(), stored: [aCluster(change), ...machines] })).toEqual(problems);
    });

    test('and keeps it', async () => {
      const stored = [aCluster(small), ...others(1), aMachine()];
      expect(await judge({ object: aMachine({ username: 'ubuntu' }), oldObject: aMachine(), stored })).toEqual(silent);
    });
  });
});

describe('a host that something else names', () => {
  const ipv6 = { clusterCIDR: 'fd01::/56', serviceCIDR: 'fd02::/112' };
  const text = (field: string, ip: string, other: string) =>
    `${field}: ${ip} is a host of ${other} too; if it is the same host, only one of them gets it`;

  test.each<[string, KubeObject, KubeObject, readonly string[]]>([
    ['another Cluster', aCluster(), aCluster({}, 'cls-b'), [text('spec.machines[0].ip', '10.0.0.1', 'Cluster cls-b')]],
    ['a Machine', aCluster(), aMachine({ ip: '10.0.0.1' }), [text('spec.machines[0].ip', '10.0.0.1', 'Machine mc-a')]],
    ['another tenant', aCluster(), aCluster({ tenantID: 'other' }, 'cls-b'), []],
    ['a Machine of another tenant', aCluster(), aMachine({ ip: '10.0.0.1', tenantID: 'other' }), []],
    [
      'another spelling',
      aCluster({ ...ipv6, machines: [host('fd00::1')] }),
      aCluster({ ...ipv6, machines: [host('FD00:0::1')] }, 'cls-b'),
      [text('spec.machines[0].ip', 'fd00::1', 'Cluster cls-b')],
    ],
  ])('is a warning for a Cluster: %s', async (_, object, other, warnings) => {
    expect(await warned({ object, stored: [object, other] })).toEqual(warnings);
  });

  test.each<[string, KubeObject, readonly string[]]>([
    [
      'another Cluster',
      aCluster({ machines: [host('10.0.0.9')] }, 'cls-b'),
      [text('spec.ip', '10.0.0.9', 'Cluster cls-b')],
    ],
    [
      'a Machine of another Cluster',
      aMachine({ clusterName: 'cls-b' }, 'mc-b'),
      [text('spec.ip', '10.0.0.9', 'Machine mc-b')],
    ],
    ['a Cluster of another tenant', aCluster({ machines: [host('10.0.0.9')], tenantID: 'other' }, 'cls-b'), []],
  ])('is a warning for a Machine: %s', async (_, other, warnings) => {
    expect(await warned({ object: aMachine(), stored: [aCluster(), aMachine(), other] })).toEqual(warnings);
  });
});

describe('an addon', () => {
  const second = (kind: string) => `spec.clusterName must name a cluster without a ${kind}: addon-b is in this one`;

  test.each(['CronHPA', 'CSIOperator', 'TappController'])('%s is in a cluster once', async (kind) => {
    const other = anAddon(kind, {}, 'addon-b');
    const asked = (...stored: KubeObject[]) => refused({ object: anAddon(kind), stored: [aCluster(), ...stored] });
    expect(await asked(other)).toEqual([second(kind)]);
    expect(await asked(anAddon(kind))).toEqual([]);
    expect(await asked(leaving(other))).toEqual([]);
    expect(await asked(anAddon(kind, { clusterName: 'cls-b' }, 'addon-b'))).toEqual([]);
    expect(await asked(anAddon(kind, { tenantID: 'other' }, 'addon-b'))).toEqual([]);
    const another = kind === 'CronHPA' ? 'CSIOperator' : 'CronHPA';
    expect(await asked(anAddon(another, {}, 'addon-b'))).toEqual([]);
  });
});

test('fields of TKEStack that nobody reads are told', async () => {
  const object = aCluster({
    finalizers: ['cluster'],
    scalingMachines: [host('10.0.0.3')],
    dockerExtraArgs: { debug: 'true' },
  });
  expect(await warned({ object })).toEqual([
    'spec.finalizers is ignored: metadata.finalizers do its work, and controllers set them',
    'spec.scalingMachines is ignored: spec.machines says what is wanted',
    'spec.dockerExtraArgs is ignored: hosts run containerd',
  ]);
});
