import { beforeAll, describe, expect, test } from '@jest/globals';

import { GroupCluster } from '@tke/crd/testing';
import { pipe, succeeded, uniqueName, type ClusterAccess } from '@tke/envtest';

import { platformKinds } from './kinds.ts';
import { addon, built, credential, host, imported, machine, registry, type TestObject } from './testing/objects.ts';

let cluster: ClusterAccess;

beforeAll(async () => {
  cluster = (await GroupCluster.with(platformKinds)).access;
});

describe('a change is refused', () => {
  test.each<[string, TestObject, object, string]>([
    ['of the type', built(), { type: 'Edge' }, 'type cannot be changed'],
    ['of the tenant', built(), { tenantID: 'other' }, 'tenantID cannot be changed once it is set'],
    ['that takes the tenant away', built(), { tenantID: undefined }, 'tenantID cannot be changed once it is set'],
    [
      'of the block of pods',
      built(),
      { clusterCIDR: '10.1.0.0/16' },
      'clusterCIDR of a cluster that is built here cannot be',
    ],
    [
      'that takes the block of pods away',
      built({ clusterCIDR: '10.1.0.0/16' }),
      { clusterCIDR: undefined },
      'clusterCIDR of a cluster that is built here cannot be',
    ],
    [
      'that gives services a block',
      built(),
      { serviceCIDR: '10.96.0.0/16' },
      'serviceCIDR of a cluster that is built here',
    ],
    ['of the domain', built(), { dnsDomain: 'shop.local' }, 'dnsDomain of a cluster that is built here'],
    [
      'of the network device',
      built({ networkDevice: 'eth0' }),
      { networkDevice: 'eth1' },
      'networkDevice of a cluster that',
    ],
    ['of flags of docker', built(), { dockerExtraArgs: { a: 'b' } }, 'dockerExtraArgs of a cluster that is built here'],
    [
      'of flags of the kubelet',
      built(),
      { kubeletExtraArgs: { a: 'b' } },
      'kubeletExtraArgs of a cluster that is built here',
    ],
    ['of flags of the API server', built(), { apiServerExtraArgs: { a: 'b' } }, 'apiServerExtraArgs of a cluster that'],
    [
      'of flags of the controller manager',
      built({ controllerManagerExtraArgs: { a: 'b' } }),
      { controllerManagerExtraArgs: { a: 'c' } },
      'controllerManagerExtraArgs of a cluster that is built here',
    ],
    [
      'of flags of the scheduler',
      built({ schedulerExtraArgs: { a: 'b' } }),
      { schedulerExtraArgs: undefined },
      'schedulerExtraArgs of a cluster that is built here',
    ],
    ['of the cluster of a machine', machine(), { clusterName: 'cls-y' }, 'clusterName cannot be changed'],
    ['of the address of a machine', machine(), { ip: '10.0.0.12' }, 'ip cannot be changed'],
    ['of the tenant of a machine', machine(), { tenantID: 'other' }, 'tenantID cannot be changed'],
    ['of the tenant of a registry', registry(), { tenantID: 'other' }, 'tenantID cannot be changed'],
    ...(['PersistentEvent', 'TappController', 'CSIOperator', 'CronHPA'] as const).flatMap(
      (kind): [string, TestObject, object, string][] => [
        [`of the cluster of a ${kind}`, addon(kind), { clusterName: 'cls-y' }, 'clusterName cannot be changed'],
        [`of the tenant of a ${kind}`, addon(kind), { tenantID: 'other' }, 'tenantID cannot be changed'],
      ],
    ),
  ])('%s', async (_, before, change, message) => {
    const { code, stderr } = await changed(before, change);
    expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
  });

  test('of the tenant of a credential', async () => {
    const before = credential({}, uniqueName('cc'));
    await succeeded(pipe(cluster, ['create'], before));
    const { stderr } = await pipe(cluster, ['replace', '--dry-run=server'], { ...before, tenantID: 'other' });
    expect(stderr).toContain('tenantID cannot be changed');
  });

  test.each<[string, TestObject, object]>([
    ['the tenant is filled in', built({ tenantID: '' }), { tenantID: 'default' }],
    [
      'defaults are spelt out',
      built(),
      { clusterCIDR: '10.244.0.0/16', dnsDomain: 'cluster.local', kubeletExtraArgs: {} },
    ],
    ['a version is asked for', built(), { version: '1.36.3' }],
    ['a host that never answered is replaced', built(), { machines: [host({ ip: '10.0.0.12' })] }],
    ['a password is corrected', built(), { machines: [host({ password: 'bmV3' })] }],
    [
      'an imported cluster gets to know its network',
      imported(),
      { clusterCIDR: '10.1.0.0/16', dnsDomain: 'shop.local' },
    ],
    [
      'a machine gets labels, taints and another password',
      machine(),
      { labels: { a: 'b' }, taints: [], password: 'bmV3' },
    ],
    ['an addon gets another version', addon('CronHPA'), { version: 'v2' }],
  ])('but not when %s', async (_, before, change) => {
    await succeeded(changed(before, change));
  });
});

describe('in a cluster that runs', () => {
  const [first, second, third] = ['10.0.0.11', '10.0.0.12', '10.0.0.13'].map((ip) => host({ ip })) as [
    object,
    object,
    object,
  ];
  const ha = { features: { ha: { tke: { vip: '10.0.0.100' } } } };
  const status = { version: '1.36.3', kubeVendor: 'Other' };

  test.each<[string, TestObject, object, object, string]>([
    ['hosts come with ha only', built(), status, { machines: [first, second] }, 'with features.ha only'],
    [
      'hosts go with ha only',
      built({ machines: [first, second] }),
      status,
      { machines: [first] },
      'with features.ha only',
    ],
    [
      'hosts do not come and go at once',
      built({ ...ha, machines: [first, second] }),
      status,
      { machines: [first, third] },
      'machines must not be added and removed at once',
    ],
    [
      'the first host stays',
      built({ ...ha, machines: [first, second, third] }),
      status,
      { machines: [second, third] },
      'machines must keep the first one',
    ],
    ['TKE is upgraded by TKE', built(), { kubeVendor: 'TKE' }, { version: '1.36.3' }, 'version must be of the vendor'],
    [
      'plain is not upgraded by EKS',
      built(),
      { kubeVendor: 'Other' },
      { version: '1.36.3-eks.1' },
      'version must be of the',
    ],
    [
      'EKS is not upgraded',
      built(),
      { kubeVendor: 'EKS' },
      { version: '1.36.3-eks.1' },
      'version must be of the vendor',
    ],
  ])('%s', async (_, before, observed, change, message) => {
    const { code, stderr } = await changed(before, change, observed);
    expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
  });

  test.each<[string, TestObject, object, object]>([
    ['hosts come', built(ha), status, { machines: [first, second, third] }],
    ['hosts go', built({ ...ha, machines: [first, second, third] }), status, { machines: [first] }],
    ['TKE follows TKE', built(), { kubeVendor: 'TKE' }, { version: '1.36.3-tke.1' }],
    ['TKE follows plain', built(), { kubeVendor: 'Other' }, { version: '1.36.3-tke.1' }],
    ['the version stays', built({ version: '1.20.1' }), { kubeVendor: 'EKS' }, { displayName: 'shop' }],
  ])('%s', async (_, before, observed, change) => {
    await succeeded(changed(before, change, observed));
  });
});

/** Creates the object under a name of its own, gives it a status, and asks whether it may be changed. */
async function changed(before: TestObject, change: object, status?: object) {
  const name = `cls-${uniqueName('x').replaceAll('-', '')}`;
  const created = { ...before, metadata: { name } };
  await succeeded(pipe(cluster, ['create'], created));
  if (status !== undefined) {
    const patch = ['--subresource=status', '--type=merge', '-p', JSON.stringify({ status })];
    await succeeded(cluster.kubectl(['patch', before.kind, name, ...patch]));
  }
  return pipe(cluster, ['replace', '--dry-run=server'], { ...created, spec: { ...created.spec, ...change } });
}
