import { expect, test } from '@jest/globals';

import { cluster as clusterKind, machine as machineKind, type Cluster, type Machine } from '@tke/api-platform';
import type { Client } from '@tke/kube-client';
import type { DeepReadonly, Kind, KubeObject } from '@tke/meta';

import { StatusDraft } from '../objects/status-draft.ts';
import { apiAddresses } from './api-addresses.ts';
import { controlPlaneOf, hostsForCluster, hostsForMachine } from './known-hosts.ts';

const apiVersion = 'platform.tkestack.io/v1';

function aCluster(status: NonNullable<Cluster['status']>): Cluster {
  const machines = [
    { ip: '10.0.0.1', password: 'YQ==' },
    { ip: '10.0.0.2', password: 'Yg==' },
  ];
  const spec = { type: 'Baremetal' as const, tenantID: 'acme', machines };
  return { apiVersion, kind: 'Cluster', metadata: { name: 'cls-x' }, spec, status };
}

function aMachine(ip: string, status: NonNullable<Machine['status']> = {}): Machine {
  const spec = { type: 'Baremetal' as const, clusterName: 'cls-x', tenantID: 'acme', ip, password: 'Yw==' };
  return { apiVersion, kind: 'Machine', metadata: { name: `mc-${ip}` }, spec, status };
}

/** A draft over a server that takes everything. */
function draftOf<T extends KubeObject & { status?: object }>(kind: Kind<T>, object: DeepReadonly<T>): StatusDraft<T> {
  let stored = object as DeepReadonly<KubeObject & { status?: object }>;
  const patch = (_kind: unknown, _key: unknown, { body }: { readonly body: { readonly status: object } }) => {
    stored = { ...stored, status: { ...stored.status, ...body.status } };
    return Promise.resolve(stored);
  };
  return new StatusDraft<T>({ patch } as unknown as Client, kind, object, new AbortController().signal);
}

const key = 'SHA256:abc';

test('what a pass over a Cluster finds out of its control plane is kept beside what is known', async () => {
  const draft = draftOf<Cluster>(
    clusterKind,
    aCluster({ hosts: [{ ip: '10.0.0.1', hostKeys: [key] }, { ip: '10.0.0.2' }] }),
  );
  const find = hostsForCluster(draft, () => []);
  expect(find('10.0.0.1')).toMatchObject({
    login: { password: 'YQ==' },
    tenantID: 'acme',
    record: { hostKeys: [key] },
  });
  await Promise.all([
    find('10.0.0.1')?.remember?.({ facts: { cpus: 4 } }),
    find('10.0.0.2')?.remember?.({ hostKeys: ['SHA256:def'] }),
  ]);
  expect(draft.object.status?.hosts).toEqual([
    { ip: '10.0.0.1', hostKeys: [key], facts: { cpus: 4 } },
    { ip: '10.0.0.2', hostKeys: ['SHA256:def'] },
  ]);
});

test('a host that status does not list is none yet, and one that spec does not name is none any more', () => {
  const object = aCluster({ hosts: [{ ip: '10.0.0.2' }, { ip: '10.0.0.3' }] });
  const find = hostsForCluster(draftOf<Cluster>(clusterKind, object), () => []);
  expect(['10.0.0.1', '10.0.0.2', '10.0.0.3'].filter((ip) => find(ip) !== undefined)).toEqual(['10.0.0.2']);
  expect(controlPlaneOf(object)).toEqual(['10.0.0.2']);
});

test('what is found out of hosts of other objects is not ours to keep', () => {
  const object = aCluster({ hosts: [{ ip: '10.0.0.1', hostKeys: [key] }] });
  const worker = aMachine('10.0.0.9', { hostKeys: ['SHA256:w'] });
  const forCluster = hostsForCluster(draftOf<Cluster>(clusterKind, object), () => [worker]);
  expect(forCluster('10.0.0.9')).toMatchObject({ record: { hostKeys: ['SHA256:w'] }, login: { password: 'Yw==' } });
  expect(forCluster('10.0.0.9')?.remember).toBeUndefined();
  const own = aMachine('10.0.0.8');
  const forMachine = hostsForMachine(draftOf<Machine>(machineKind, own), object, () => [worker, own]);
  expect(forMachine('10.0.0.1')?.remember).toBeUndefined();
  expect(forMachine('10.0.0.9')?.remember).toBeUndefined();
  expect(forMachine('10.0.0.8')?.remember).toBeDefined();
});

test('what a pass over a Machine finds out of its host is kept in its status', async () => {
  const draft = draftOf<Machine>(machineKind, aMachine('10.0.0.8', { phase: 'Initializing' }));
  await hostsForMachine(draft, aCluster({}), () => [])('10.0.0.8')?.remember?.({ hostKeys: [key] });
  expect(draft.object.status).toEqual({ phase: 'Initializing', hostKeys: [key] });
});

test('the API server is found at the balancer first, and at each host', () => {
  const object = aCluster({});
  const hosts = [
    { type: 'Real', host: '10.0.0.1', port: 6443 },
    { type: 'Real', host: '10.0.0.2', port: 6443 },
  ];
  expect(apiAddresses(object)).toEqual(hosts);
  const features = { ha: { thirdParty: { vip: '10.0.0.100', vport: 8443 } } };
  expect(apiAddresses({ ...object, spec: { ...object.spec, features } })).toEqual([
    { type: 'Advertise', host: '10.0.0.100', port: 8443 },
    ...hosts,
  ]);
});
