import { describe, expect, test } from '@jest/globals';

import type { KubeObject } from '@tke/meta';

import { judge, refused, silent, warned } from './testing/asking.ts';
import {
  aCluster,
  aCredential,
  aMachine,
  anAddon,
  anImport,
  anImportAddress,
  aRegistry,
  aSecret,
  host,
  password,
} from './testing/objects.ts';

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
