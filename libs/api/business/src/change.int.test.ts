import { beforeAll, describe, expect, test } from '@jest/globals';

import { GroupCluster } from '@tke/crd/testing';
import { pipe, succeeded, uniqueName, type ClusterAccess } from '@tke/envtest';

import { businessKinds } from './kinds.ts';
import {
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

let cluster: ClusterAccess;

beforeAll(async () => {
  cluster = (await GroupCluster.with(businessKinds, home)).access;
});

type Make = (change?: object) => TestObject;

const newProject: Make = (change) => project(change, uniqueName('prj-t'));
const newNamespace: Make = (change) => {
  const name = uniqueName('t');
  return namespace({ namespace: name, ...change }, `cls-x-${name}`);
};
const newEmigration: Make = (change) => emigration(change, uniqueName('cls-x'));
const newCredential: Make = (change) => credential(change, uniqueName('cred'));
const newPlatform: Make = (change) => platform(change, uniqueName('platform'));
const newImages: Make = (change) => registryLink('ImageNamespace', change, uniqueName('img'));

/** Creates the object and changes its spec. */
async function changed(before: TestObject, spec: object) {
  const { kind, metadata } = before;
  await succeeded(pipe(cluster, ['create'], before));
  const patch = JSON.stringify({ spec });
  const where = [
    `${kind.toLowerCase()}s.business.tkestack.io`,
    metadata.name!,
    `--namespace=${metadata.namespace ?? ''}`,
  ];
  return cluster.kubectl(['patch', ...where, '--type=merge', '-p', patch]);
}

describe('a change is refused', () => {
  test.each<[string, Make, object, string]>([
    ['of the tenant of a project', newProject, { tenantID: 'other' }, 'tenantID cannot be changed once it is set'],
    ['that takes the tenant away', newProject, { tenantID: null }, 'tenantID cannot be changed once it is set'],
    ['of the tenant of a namespace', newNamespace, { tenantID: 'other' }, 'tenantID cannot be changed'],
    ['of the cluster of a namespace', newNamespace, { clusterName: 'cls-y' }, 'clusterName cannot be changed'],
    ['of the namespace in the cluster', newNamespace, { namespace: 'api' }, 'namespace cannot be changed'],
    ['of the destination of an emigration', newEmigration, { destination: 'prj-z' }, 'destination cannot be changed'],
    ['of what emigrates', newEmigration, { namespace: 'cls-x-api' }, 'namespace cannot be changed'],
    ['of who emigrates', newEmigration, { tenantID: 'other' }, 'tenantID cannot be changed'],
    ['of a request for a credential', newCredential, { validDays: 9 }, 'spec cannot be changed: create another object'],
    ['of what is asked for', newCredential, { type: 'Token' }, 'spec cannot be changed: create another object'],
    ['of the tenant of a platform', newPlatform, { tenantID: 'other' }, 'tenantID cannot be changed'],
    ['of the tenant of images', newImages, { tenantID: 'other' }, 'tenantID cannot be changed'],
  ])('%s', async (_, make, change, message) => {
    const { code, stderr } = await changed(make(), change);
    expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
  });
});

describe('a change is possible', () => {
  test.each<[string, Make, object]>([
    ['of the members of a project', newProject, { members: ['carol'] }],
    ['of the parent of a project', newProject, { parentProjectName: 'prj-y' }],
    ['of the limits of a project', newProject, { clusters: { 'cls-x': { hard: { pods: 3 } } } }],
    ['of the limits of a namespace', newNamespace, { hard: { pods: 3 } }],
    ['of administrators', newPlatform, { administrators: ['carol'] }],
    ['that fills in the tenant', (change) => newProject({ tenantID: '', ...change }), { tenantID: 'default' }],
    ['of the name of images for people', newImages, { displayName: 'Shop' }],
  ])('%s', async (_, make, change) => {
    expect(await changed(make(), change)).toMatchObject({ code: 0 });
  });
});

test('a controller writes the largest status that there may be', async () => {
  const object = limited({ pods: 1 }, uniqueName('prj-t'));
  await succeeded(pipe(cluster, ['create'], object));
  const hard = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`example.com/device-${index}`, '1000000']));
  const charge = { kind: 'Namespace', uid: 'x'.repeat(36), generation: 1, clusters: { 'cls-abcdefgh': { hard } } };
  const charges = Array.from({ length: 1024 }, (_, index) => ({ ...charge, name: `cls-abcdefgh-${index}` }));
  await succeeded(pipe(cluster, ['replace', '--subresource=status'], { ...object, status: { charges } }));
});
