import { beforeAll, describe, expect, test } from '@jest/globals';

import { GroupCluster } from '@tke/crd/testing';
import { pipe, succeeded } from '@tke/envtest';

import { businessKinds } from './kinds.ts';
import {
  bounded,
  credential,
  emigration,
  home,
  limited,
  namespace,
  platform,
  project,
  registryLink,
  type TestObject,
} from './testing/objects.ts';

let cluster: GroupCluster;

beforeAll(async () => {
  cluster = await GroupCluster.with(businessKinds, home);
});

const long = 'a'.repeat(63);
const unknownName = 'must have a name that a ResourceQuota knows: correct it, e.g. to requests.cpu, pods or';
const notWhole = 'must be a whole number, because objects and devices are counted: write it like 10';
const systemNamespace = 'namespace must not begin with kube- or tke-, which the system has for itself';

describe('creation is refused, with the field and what to do,', () => {
  test.each<[string, TestObject, string]>([
    [
      'of a project named freely',
      project({}, 'shop'),
      'metadata.name must begin with prj-: rename it, e.g. to prj-shop',
    ],
    ['of a project with a dot', project({}, 'prj-a.b'), 'metadata.name'],
    ['of a project without a name for people', project({ displayName: undefined }), 'spec.displayName: Required value'],
    ['of a project with an empty name for people', project({ displayName: '' }), 'spec.displayName'],
    ['of a project of a tenant with two characters', project({ tenantID: 'ab' }), 'spec.tenantID'],
    ['of a project with a member without name', project({ members: [''] }), 'spec.members[0]'],
    [
      'of a project that is its own parent',
      project({ parentProjectName: 'prj-x' }),
      'spec.parentProjectName must not be the project itself: name another one',
    ],
    ['of a project with a parent that cannot be', project({ parentProjectName: 'a b' }), 'spec.parentProjectName'],
    [
      'of a project in a cluster that cannot be',
      project({ clusters: { 'a b': {} } }),
      'clusters must have names of Clusters as keys: write them like cls-a',
    ],
    ['of a limit of something unknown', limited({ gpus: 1 }), `hard[gpus] ${unknownName}`],
    ['of a limit of nothing', limited({ '': 1 }), `hard[] ${unknownName}`],
    ['of a limit with two slashes', limited({ 'a/b/c': 1 }), `hard[a/b/c] ${unknownName}`],
    ['of a limit whose domain is upper case', limited({ 'Nvidia.com/gpu': 1 }), `hard[Nvidia.com/gpu] ${unknownName}`],
    ['of a limit with a name that is too long', limited({ [`a/${long}b`]: 1 }), unknownName],
    ['of limits.storage', limited({ 'limits.storage': '1Gi' }), `hard[limits.storage] ${unknownName}`],
    ['of a negative limit', limited({ 'requests.cpu': '-1' }), 'hard[requests.cpu] must not be negative: use 0 for'],
    ['of a negative whole limit', limited({ pods: -1 }), 'hard[pods] must not be negative'],
    ['of half a pod', limited({ cpu: '500m', pods: '500m' }), `hard[pods] ${notWhole}`],
    ['of half a pod with a point', limited({ pods: '0.5' }), `hard[pods] ${notWhole}`],
    ['of half a pod with an exponent', limited({ pods: '5e-1' }), `hard[pods] ${notWhole}`],
    ['of a millionth of a service', limited({ services: '1u' }), `hard[services] ${notWhole}`],
    ['of half a device', limited({ 'nvidia.com/gpu': '1.5' }), `hard[nvidia.com/gpu] ${notWhole}`],
    ['of an endless number', limited({ pods: '1'.repeat(25) }), `hard[pods] ${notWhole}`],
    ['of no amount', limited({ cpu: 'much' }), 'spec.clusters.cls-x.hard.cpu'],

    ['of a namespace named freely', namespace({}, 'web'), 'metadata.name must be cls-x-web: rename the object'],
    [
      'of a namespace with a name that is too long for a label',
      namespace({ namespace: long }, `cls-x-${long}`),
      'metadata.name',
    ],
    ...['kube-system', 'kube-public', 'kube-node-lease', 'kube-flannel', 'tke-system'].map(
      (name): [string, TestObject, string] => [
        `of ${name}`,
        namespace({ namespace: name }, `cls-x-${name}`),
        systemNamespace,
      ],
    ),
    ['of Kube-System', namespace({ namespace: 'Kube-System' }, 'cls-x-kube-system'), 'spec.namespace'],
    ['of a namespace of no cluster', namespace({ clusterName: '' }, 'x-web'), 'spec.clusterName'],
    ['of a namespace without a name in the cluster', namespace({ namespace: undefined }), 'spec.namespace: Required'],
    ['of a namespace with half a pod', namespace({ hard: { pods: '0.5' } }), `hard[pods] ${notWhole}`],
    ['of a namespace with an unknown limit', namespace({ hard: { gpus: 1 } }), `hard[gpus] ${unknownName}`],
    [
      'of bounds of pods in a container',
      bounded({ max: { pods: 1 } }),
      'max must have names that a LimitRange knows for this type: use storage for claims, else cpu, memory',
    ],
    [
      'of bounds of claims by cpu',
      bounded({ type: 'PersistentVolumeClaim', max: { cpu: 1 } }),
      'max must have names that a LimitRange knows for this type',
    ],
    ['of no bounds of claims', bounded({ type: 'PersistentVolumeClaim' }), 'max or min is required for claims'],
    [
      'of defaults of pods',
      bounded({ type: 'Pod', default: { cpu: 1 } }),
      'default must be absent where type is not Container: remove it',
    ],
    [
      'of bounds of one type twice',
      namespace({ limits: [{ type: 'Pod' }, { type: 'Pod' }] }),
      'spec.limits[1]: Duplicate value',
    ],

    ['of an emigration named freely', emigration({ namespace: 'cls-x-api' }), 'metadata.name must be cls-x-api'],
    ['of an emigration to nowhere', emigration({ destination: '' }), 'spec.destination'],
    ['of a credential for nothing', credential({ namespace: '' }), 'spec.namespace'],
    ['of a credential without a request', credential({ request: undefined }), 'spec.request: Required value'],
    ['of a credential with an empty request', credential({ request: '' }), 'spec.request'],
    ['of a credential for a moment', credential({ validDays: 0 }), 'spec.validDays'],
    ['of a credential for a life', credential({ validDays: 3651 }), 'spec.validDays'],
    ['of a credential of no known type', credential({ type: 'Password' }), 'spec.type: Unsupported value: "Password"'],
    [
      'of a token for more than a year',
      credential({ type: 'Token', validDays: 366 }),
      'validDays must be 365 or less with type Token: ask again when it has ended',
    ],
    ['of a platform with a nameless administrator', platform({ administrators: [''] }), 'spec.administrators[0]'],
    ['of a platform with a dot', platform({}, 'a.b'), 'metadata.name'],
    ['of images named freely', registryLink('ImageNamespace', { name: 'other' }), 'metadata.name must be other'],
    ['of charts named freely', registryLink('ChartGroup', { name: 'other' }), 'metadata.name must be other'],
  ])('%s', async (_, object, message) => {
    const { code, stderr } = await cluster.tried(object);
    expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
  });

  test('in one answer with everything that is wrong', async () => {
    const { stderr } = await cluster.tried(limited({ gpus: 1, pods: '0.5', cpu: '-1' }, 'shop'));
    for (const message of ['metadata.name must begin', 'hard[gpus]', 'hard[pods]', 'hard[cpu]']) {
      expect(stderr).toContain(message);
    }
  });
});

describe('creation is possible', () => {
  test.each<[string, TestObject]>([
    ['of a project without anything', project()],
    ['of a project with a name that the server makes', { ...project(), metadata: { generateName: 'prj-' } }],
    ['of a project without tenant, which admission fills in', project({ tenantID: undefined })],
    ['of a project below another one', project({ parentProjectName: 'prj-y' })],
    [
      'of limits of everything a ResourceQuota knows',
      limited({
        ...{ cpu: '0.5', memory: '1.5Gi', 'ephemeral-storage': '1e3', pods: 0, services: '7', secrets: '2000m' },
        ...{ 'requests.cpu': 1, 'requests.memory': '1', 'requests.storage': '1Ti', 'requests.ephemeral-storage': 0 },
        ...{ 'limits.cpu': '+1', 'limits.memory': '1E', 'limits.ephemeral-storage': '1', configmaps: '1k' },
        ...{ replicationcontrollers: 1, resourcequotas: 1, persistentvolumeclaims: '1Ki', 'services.nodeports': 0 },
        ...{ 'services.loadbalancers': '0', 'hugepages-2Mi': '4Mi', 'requests.hugepages-1Gi': '1Gi' },
        ...{ 'requests.nvidia.com/gpu': 8, 'tencent.com/vcuda-core': '100', 'count/deployments.apps': '5' },
        ...{ 'gold.storageclass.storage.k8s.io/requests.storage': '500Gi' },
      }),
    ],
    ['of as many limits as there may be', project({ clusters: most() })],
    ['of a namespace without limits', namespace()],
    ['of the default namespace', namespace({ namespace: 'default' }, 'cls-x-default')],
    ['of a namespace with the longest name', namespace({ namespace: 'a'.repeat(57) }, `cls-x-${'a'.repeat(57)}`)],
    [
      'of bounds of all types',
      namespace({
        limits: [
          { type: 'Pod', max: { cpu: 4, memory: '8Gi' }, maxLimitRequestRatio: { cpu: '2' } },
          { type: 'Container', default: { cpu: '500m' }, defaultRequest: { cpu: '250m', 'hugepages-2Mi': '2Mi' } },
          { type: 'PersistentVolumeClaim', min: { storage: '1Gi' }, max: { storage: '1Ti' } },
        ],
      }),
    ],
    ['of an emigration', emigration()],
    ['of a credential', credential({ validDays: 30 })],
    ['of a certificate for ten years', credential({ type: 'Certificate', validDays: 3650 })],
    ['of a token for a year', credential({ type: 'Token', validDays: 365 })],
    ['of a token', credential({ type: 'Token' })],
    ['of a platform', platform()],
    ['of images', registryLink('ImageNamespace')],
    ['of charts', registryLink('ChartGroup')],
  ])('%s', async (_, object) => {
    await succeeded(pipe(cluster.access, ['create', '--dry-run=server', '--validate=strict'], object));
  });
});

/** The largest spec that the bounds of the schema allow: rules must not be too costly for it. */
function most(): object {
  const hard = Object.fromEntries(Array.from({ length: 48 }, (_, index) => [`example.com/device-${index}`, '1000000']));
  return Object.fromEntries(Array.from({ length: 64 }, (_, index) => [`cls-${index}`, { hard }]));
}
