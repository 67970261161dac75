import { businessGroup } from '../group.ts';

const apiVersion = `${businessGroup.group}/${businessGroup.version}`;

export interface TestObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name?: string; readonly generateName?: string; readonly namespace?: string };
  readonly spec?: Readonly<Record<string, unknown>>;
}

function object(kind: string, metadata: TestObject['metadata'], spec: object): TestObject {
  return { apiVersion, kind, metadata, spec: { ...spec } };
}

// The least each kind asks for, with what a test wants to see changed. `undefined` takes a field away.

/** The namespace of the hub that the namespaced ones are in. */
export const home = 'prj-home';

export function project(change: object = {}, name = 'prj-x'): TestObject {
  return object('Project', { name }, { tenantID: 'default', displayName: 'Test', ...change });
}

/** A project with one limit in one cluster. */
export function limited(hard: Readonly<Record<string, unknown>>, name = 'prj-x'): TestObject {
  return project({ clusters: { 'cls-x': { hard } } }, name);
}

export function namespace(change: object = {}, name = 'cls-x-web'): TestObject {
  const spec = { tenantID: 'default', clusterName: 'cls-x', namespace: 'web', ...change };
  return object('Namespace', { name, namespace: home }, spec);
}

/** A namespace with one entry of a LimitRange. */
export function bounded(limit: object, name?: string): TestObject {
  return namespace({ limits: [{ type: 'Container', ...limit }] }, name);
}

export function emigration(change: object = {}, name = 'cls-x-web'): TestObject {
  const spec = { tenantID: 'default', namespace: name, destination: 'prj-y', ...change };
  return object('NsEmigration', { name, namespace: home }, spec);
}

export function credential(change: object = {}, name = 'cred-x'): TestObject {
  return object(
    'NamespaceCredential',
    { name, namespace: home },
    { tenantID: 'default', namespace: 'cls-x-web', request: 'PEM', ...change },
  );
}

export function platform(change: object = {}, name = 'platform-x'): TestObject {
  return object('Platform', { name }, { tenantID: 'default', administrators: ['admin'], ...change });
}

export function registryLink(kind: 'ImageNamespace' | 'ChartGroup', change: object = {}, name = 'shop'): TestObject {
  return object(kind, { name, namespace: home }, { tenantID: 'default', name, ...change });
}
