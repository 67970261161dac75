import { describe, expect, test } from '@jest/globals';

import { platformKinds } from '@tke/api-platform';
import type { KubeObject } from '@tke/meta';

import {
  admissionOf,
  admissionsAmong,
  alice,
  both,
  judge,
  platform,
  refused,
  silent,
  warned,
  type Asked,
} from './testing/asking.ts';
import {
  aCluster,
  aCredential,
  aMachine,
  anAddon,
  aRegistry,
  aSecret,
  host,
  leaving,
  password,
  withStatus,
  type TestObject,
} from './testing/objects.ts';

test('every kind has an admission, once', async () => {
  const kinds = (await admissionsAmong([])).map(({ kind }) => kind.kind);
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

test.each(['CronHPA', 'CSIOperator', 'TappController', 'PersistentEvent'])(
  'who writes a %s is told that nothing acts on it',
  async (kind) => {
    const { admission, request } = await admissionOf({ object: anAddon(kind) });
    expect(admission.warn?.(request)).toEqual([`nothing acts on a ${kind} yet: it is kept as it is`]);
  },
);

test('fields of TKEStack that nobody reads are told', async () => {
  const object = aCluster({
    finalizers: ['cluster'],
    scalingMachines: [host('10.0.0.3')],
    dockerExtraArgs: { debug: 'true' },
    bootstrapApps: [{}],
    features: { csiOperator: {} },
  });
  expect(await warned({ object })).toEqual([
    'spec.finalizers is ignored: metadata.finalizers do its work, and controllers set them',
    'spec.scalingMachines is ignored: spec.machines says what is wanted',
    'spec.dockerExtraArgs is ignored: hosts run containerd',
    'spec.bootstrapApps: nothing acts on it yet',
    'spec.features.csiOperator: nothing acts on it yet',
  ]);
});
