import { platformGroup } from '../group.ts';

const apiVersion = `${platformGroup.group}/${platformGroup.version}`;

export interface TestObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name?: string; readonly generateName?: string };
  readonly spec?: Readonly<Record<string, unknown>>;
}

function object(kind: string, name: string, spec: object): TestObject {
  return { apiVersion, kind, metadata: { name }, spec: { ...spec } };
}

// The least each kind asks for, with what a test wants to see changed. `undefined` takes a field away.

export const password = 'c2VjcmV0MTE=';

export function host(change: object = {}): object {
  return { ip: '10.0.0.11', port: 22, username: 'root', password, ...change };
}

export function built(change: object = {}, name = 'cls-x'): TestObject {
  return object('Cluster', name, { tenantID: 'default', type: 'Baremetal', machines: [host()], ...change });
}

export function imported(change: object = {}, name = 'cls-x'): TestObject {
  return object('Cluster', name, { tenantID: 'default', type: 'Imported', ...change });
}

export function machine(change: object = {}, name = 'mc-x'): TestObject {
  return object('Machine', name, {
    tenantID: 'default',
    clusterName: 'cls-x',
    type: 'Baremetal',
    ...host(),
    ...change,
  });
}

export function credential(change: object = {}, name = 'cc-x'): TestObject {
  return { apiVersion, kind: 'ClusterCredential', metadata: { name }, tenantID: 'default', ...change } as TestObject;
}

export function registry(change: object = {}, name = 'rg-x'): TestObject {
  return object('Registry', name, { tenantID: 'default', displayName: 'Test', url: 'registry.example.com', ...change });
}

export type AddonKind = 'PersistentEvent' | 'TappController' | 'CSIOperator' | 'CronHPA';

export function addon(kind: AddonKind, change: object = {}, name = 'addon-x'): TestObject {
  const backEnd = { persistentBackEnd: { cls: { logSetID: 'a', topicID: 'b' } } };
  const spec = { tenantID: 'default', clusterName: 'cls-x', ...(kind === 'PersistentEvent' && backEnd), ...change };
  return object(kind, name, spec);
}
