import { describe, expect, test } from '@jest/globals';

import { catalogue as shipped } from '@tke/package-source';
import type { DeepReadonly, KubeObject } from '@tke/meta';
import type { AdmissionUser } from '@tke/webhook';

import { admissionOf, admissionsAmong, alice, both, platform, refused, silent, type Asked } from './testing/asking.ts';
import { aCluster, anImport, anImportAddress, withStatus } from './testing/objects.ts';

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

test('the end of a cluster is a warning of what others lose with it, and nothing else is', async () => {
  const oldObject = aCluster({}, 'cls-a');
  const clusterEndWarnings = ({ metadata }: DeepReadonly<KubeObject>) => [`${metadata.name!} has a shop`];
  const admission = (await admissionsAmong([], { clusterEndWarnings })).find(({ kind }) => kind.kind === 'Cluster')!;
  const { request } = await admissionOf({ oldObject, by: alice });
  expect(await admission.validate!(request)).toEqual({ problems: [], warnings: ['cls-a has a shop'] });
  const change = await admissionOf({ object: aCluster({ displayName: 'x' }, 'cls-a'), oldObject, by: alice });
  expect((await admission.validate!(change.request)).warnings).toEqual([]);
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
  const object = aCluster({ version: shipped[0]?.kubernetes });
  const { request } = await admissionOf({ object });
  const admission = (await admissionsAmong([])).find(({ kind }) => kind.kind === 'Cluster')!;
  expect(await admission.validate!(request)).toEqual(silent);
});

test('a network that kubeadm would refuse is refused while it can be corrected', async () => {
  expect(await refused({ object: aCluster({ serviceCIDR: '10.0.0.0/9' }) })).toEqual([
    expect.stringMatching(/^spec serviceCIDR 10\.0\.0\.0\/9 must have at most 2\^20 addresses/),
  ]);
});

test('a network that was refused before keeps nothing else from being changed', async () => {
  const network = { serviceCIDR: '10.0.0.0/9' };
  const change = { object: aCluster({ ...network, displayName: 'x' }), oldObject: aCluster(network) };
  expect(await refused(change)).toEqual([]);
});
