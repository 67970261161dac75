import { describe, expect, test } from '@jest/globals';

import type { Cluster, Machine } from '@tke/api-platform';
import type { ObjectMeta } from '@tke/meta';
import type { CacheReader } from '@tke/runtime';

import { isControlPlane, placeOf } from './place.ts';

const apiVersion = 'platform.tkestack.io/v1';
const plan = (operation: string, finishedAt?: string, completed = 0) => ({
  plan: { operation, finishedAt, completed, total: 40 },
});

function aCluster(part: { spec?: object; status?: object; metadata?: ObjectMeta } = {}): Cluster {
  return {
    apiVersion,
    kind: 'Cluster',
    metadata: { name: 'cls-a', uid: 'c', ...part.metadata },
    spec: { tenantID: 'acme', type: 'Baremetal', machines: [{ ip: '10.0.0.1' }], ...part.spec },
    status: part.status ?? plan('Create', '2026-01-01T00:00:00Z'),
  } as unknown as Cluster;
}

function aMachine(
  name: string,
  ip: string,
  part: { status?: object; metadata?: ObjectMeta; spec?: object } = {},
): Machine {
  return {
    apiVersion,
    kind: 'Machine',
    metadata: { name, uid: `uid-${name}`, creationTimestamp: '2026-01-01T00:00:00Z', ...part.metadata },
    spec: { tenantID: 'acme', clusterName: 'cls-a', type: 'Baremetal', ip, ...part.spec },
    ...(part.status && { status: part.status }),
  } as unknown as Machine;
}

/** The hub as its cache shows it. */
function hub(cluster: Cluster | undefined, machines: readonly Machine[] = []): CacheReader {
  return { get: () => cluster, list: () => machines } as unknown as CacheReader;
}

describe('the place of a machine', () => {
  const machine = aMachine('mc-a', '10.0.1.1');

  test('is its cluster, once the hosts of the control plane have passed preflight', () => {
    expect(placeOf(machine, hub(aCluster(), [machine]))).toMatchObject({
      kind: 'found',
      cluster: { metadata: { uid: 'c' } },
    });
    for (const status of [plan('Create', undefined, 1), plan('Upgrade')]) {
      expect(placeOf(machine, hub(aCluster({ status })))).toMatchObject({ kind: 'found' });
    }
    for (const status of [{}, plan('Create')]) {
      expect(placeOf(machine, hub(aCluster({ status })))).toMatchObject({ kind: 'waiting' });
    }
  });

  test.each([
    [undefined, 'Cluster cls-a does not exist yet'],
    [aCluster({ metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }), 'Cluster cls-a is being deleted'],
  ])('is waited for', (cluster, message) => {
    expect(placeOf(machine, hub(cluster))).toEqual({ kind: 'waiting', message });
  });

  test.each([
    ['TenantMismatch', aCluster({ spec: { tenantID: 'other' } })],
    ['TenantMismatch', aCluster({ spec: { tenantID: undefined } })],
    ['ClusterNotBuilt', aCluster({ spec: { type: 'Imported' } })],
    ['AddressTaken', aCluster({ spec: { machines: [{ ip: '10.0.1.1' }] } })],
  ])('is refused with %s', (code, cluster) => {
    expect(placeOf(machine, hub(cluster))).toMatchObject({ kind: 'refused', error: { code, class: 'NeedsUser' } });
  });

  test('does not tell whose the cluster of another tenant is', () => {
    const { error } = placeOf(machine, hub(aCluster({ spec: { tenantID: 'other' } }))) as unknown as { error: Error };
    expect(error.message).not.toMatch(/other/);
  });
});

describe('of the machines that name one address', () => {
  const at = (creationTimestamp: string): { metadata: ObjectMeta } => ({ metadata: { creationTimestamp } });
  const place = (subject: Machine, ...others: Machine[]) => placeOf(subject, hub(aCluster(), [subject, ...others]));
  const refused = { kind: 'refused', error: { code: 'AddressTaken' } };

  test('the oldest has the host, then the first by name', () => {
    const old = aMachine('mc-z', '10.0.1.1', at('2025-01-01T00:00:00Z'));
    const [a, b] = [aMachine('mc-a', '10.0.1.1'), aMachine('mc-b', '10.0.1.1')];
    expect(place(old, a)).toMatchObject({ kind: 'found' });
    expect(place(a, old)).toMatchObject(refused);
    expect(place(a, b)).toMatchObject({ kind: 'found' });
    expect(place(b, a)).toMatchObject(refused);
  });

  test('one that works on it keeps it', () => {
    const old = aMachine('mc-a', '10.0.1.1', at('2025-01-01T00:00:00Z'));
    const busy = aMachine('mc-b', '10.0.1.1', { status: plan('Join') });
    expect(place(old, busy)).toMatchObject(refused);
    expect(place(busy, old)).toMatchObject({ kind: 'found' });
  });

  test('one that is being removed is waited for', () => {
    const metadata = { deletionTimestamp: '2026-01-01T00:00:00Z', creationTimestamp: '2025-01-01T00:00:00Z' };
    const going = aMachine('mc-b', '10.0.1.1', { metadata, status: plan('Remove') });
    expect(place(aMachine('mc-a', '10.0.1.1'), going)).toEqual({
      kind: 'waiting',
      message: 'Machine mc-b is still being removed from the host',
    });
  });

  test('one of another tenant does not count, or it could keep hosts from their owner', () => {
    const foreign = aMachine('mc-0', '10.0.1.1', { ...at('2025-01-01T00:00:00Z'), spec: { tenantID: 'other' } });
    expect(place(aMachine('mc-a', '10.0.1.1'), foreign)).toMatchObject({ kind: 'found' });
  });

  test('IPv6 is known however it is written', () => {
    const [a, b] = [aMachine('mc-a', 'fd00::1'), aMachine('mc-b', 'FD00:0:0::0001')];
    expect(place(b, a)).toMatchObject(refused);
    expect(isControlPlane(aCluster({ spec: { machines: [{ ip: 'fd00::1' }] } }), 'FD00:0::1')).toBe(true);
  });
});
