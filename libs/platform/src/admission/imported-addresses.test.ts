import { describe, expect, test } from '@jest/globals';

import type { KubeObject } from '@tke/meta';

import { admissionOf, alice, platform, refused, warned } from './testing/asking.ts';
import { aCluster, aCredential, anImport, anImportAddress, withStatus, type TestObject } from './testing/objects.ts';

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
