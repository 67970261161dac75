import { secretTenantLabel } from '@tke/api-platform';
import type { KubeObject } from '@tke/meta';

const apiVersion = 'platform.tkestack.io/v1';

export const namespace = 'tke-system';

/** Base64 of `secret11`. */
export const password = 'c2VjcmV0MTE=';

export interface TestObject extends KubeObject {
  readonly spec?: Readonly<Record<string, unknown>>;
}

// The least each kind asks for, with what a test wants to see changed. `undefined` takes a field away.

function object(kind: string, name: string, spec: object): TestObject {
  return { apiVersion, kind, metadata: { name }, spec: { ...spec } };
}

const login = { credentialSecretRef: { name: 'login' } };

export function host(ip: string, change: object = {}): object {
  return { ip, ...login, ...change };
}

export function aCluster(change: object = {}, name = 'cls-a'): TestObject {
  return object('Cluster', name, { tenantID: 'default', type: 'Baremetal', machines: [host('10.0.0.1')], ...change });
}

export function anImport(change: object = {}, name = 'cls-i'): TestObject {
  return object('Cluster', name, { tenantID: 'default', type: 'Imported', ...change });
}

/** What makes an import complete. */
export function anImportAddress() {
  return { addresses: [{ type: 'Advertise', host: 'api.example.com', port: 6443 }] };
}

export function aMachine(change: object = {}, name = 'mc-a'): TestObject {
  const spec = { tenantID: 'default', clusterName: 'cls-a', type: 'Baremetal', ip: '10.0.0.9', ...login };
  return object('Machine', name, { ...spec, ...change });
}

export function aCredential(change: object = {}, name = 'cc-a'): TestObject {
  return { apiVersion, kind: 'ClusterCredential', metadata: { name }, tenantID: 'default', ...change } as TestObject;
}

export function aRegistry(change: object = {}, name = 'rg-a'): TestObject {
  return object('Registry', name, { tenantID: 'default', displayName: 'a', url: 'registry.example.com', ...change });
}

export function anAddon(kind: string, change: object = {}, name = 'addon-a'): TestObject {
  return object(kind, name, { tenantID: 'default', clusterName: 'cls-a', ...change });
}

export function aSecret(
  name: string,
  tenant: string | undefined,
  annotations: Readonly<Record<string, string>> = {},
): KubeObject {
  const labels = tenant === undefined ? {} : { [secretTenantLabel]: tenant };
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace, labels, annotations } };
}

/** With a status, as it is stored. */
export function withStatus(object: TestObject, status: object): TestObject {
  return { ...object, status } as TestObject;
}

export function leaving<T extends KubeObject>(object: T): T {
  return { ...object, metadata: { ...object.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } };
}
