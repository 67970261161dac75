import { describe, expect, test } from '@jest/globals';

import { crdManifest, structuralProblems } from '@tke/crd';

import type { Condition } from '@tke/meta';

import type { Cluster } from './cluster/cluster.ts';
import { platformKinds, tenantPlatformKinds } from './kinds.ts';
import type { Machine } from './machine/machine.ts';

// `kubectl api-resources` of a plain cluster. Ours must not change what `kubectl get ns` means.
const coreShortNames = [
  ...['bs', 'cm', 'ep', 'ev', 'limits', 'no', 'ns', 'po', 'pv', 'pvc', 'quota', 'rc', 'rs', 'sa', 'svc', 'cj', 'csr'],
  ...['ds', 'deploy', 'hpa', 'ing', 'netpol', 'pdb', 'pc', 'sc', 'sts', 'crd', 'crds', 'vac', 'ip', 'sidr'],
];

const byKind = platformKinds.map((kind) => [kind.kind, kind] as const);

test('every stored kind of the group is there, under the names TKEStack gave them', () => {
  // cronhpa, the short name of CronHPA, is its singular already.
  expect(
    Object.fromEntries(
      platformKinds.map(({ plural, shortNames, singular, namespaced }) => [
        plural,
        [shortNames[0] ?? singular, namespaced],
      ]),
    ),
  ).toEqual({
    clusters: ['cls', false],
    machines: ['mc', false],
    clustercredentials: ['cc', false],
    registries: ['rg', false],
    persistentevents: ['pe', false],
    tappcontrollers: ['tc', false],
    csioperators: ['co', false],
    cronhpas: ['cronhpa', false],
  });
});

test('all of them belong to a tenant, credentials by a field at the top', () => {
  const others = platformKinds.filter((kind) => !tenantPlatformKinds.includes(kind));
  expect(others.map(({ kind }) => kind)).toEqual(['ClusterCredential']);
  expect(others[0]?.schema.properties).toHaveProperty('tenantID');
});

test('short names differ from each other and from those of Kubernetes', () => {
  const names = platformKinds.flatMap(({ shortNames }) => shortNames);
  expect(new Set([...names, ...coreShortNames]).size).toBe(names.length + coreShortNames.length);
});

test('objects can be selected by what TKEStack selects them by', () => {
  const addon = ['.spec.tenantID', '.spec.clusterName', '.spec.version', '.status.phase', '.status.version'];
  expect(Object.fromEntries(platformKinds.map(({ kind, selectableFields }) => [kind, selectableFields]))).toEqual({
    Cluster: [
      ...['.spec.tenantID', '.spec.version', '.spec.type'],
      ...['.status.locked', '.status.version', '.status.phase'],
    ],
    Machine: ['.spec.tenantID', '.spec.clusterName', '.spec.type', '.spec.ip', '.status.phase'],
    ClusterCredential: ['.tenantID', '.clusterName'],
    Registry: ['.spec.tenantID', '.spec.clusterName'],
    PersistentEvent: addon,
    TappController: addon,
    CSIOperator: addon,
    CronHPA: addon,
  });
});

test('conditions as the runtime makes them fit into every status, and TKEStack has a field more', () => {
  const condition: Condition = {
    ...{ type: 'Ready', status: 'True', reason: 'Running', message: '' },
    lastTransitionTime: '2026-01-02T03:04:05Z',
  };
  const status: NonNullable<Cluster['status'] & Machine['status']> = {
    phase: 'Running',
    conditions: [condition, { ...condition, type: 'HealthCheck', lastProbeTime: null }],
  };
  expect(status.conditions).toHaveLength(2);
});

describe.each(byKind)('%s', (_, kind) => {
  test('has a schema the API server takes', () => {
    expect(structuralProblems(kind)).toEqual([]);
  });

  test('is found with kubectl get tkestack', () => {
    expect(kind.categories).toEqual(['tkestack']);
  });

  test('prints at most seven columns without -o wide, READY, REASON and AGE last', () => {
    const names = kind.columns.filter(({ priority = 0 }) => priority === 0).map(({ name }) => name);
    expect(names.slice(-3)).toEqual(['Ready', 'Reason', 'Age']);
    expect(names.length).toBeLessThanOrEqual(7);
  });

  test('fits into the last-applied annotation of kubectl apply', () => {
    expect(JSON.stringify(crdManifest(kind)).length).toBeLessThan(256 * 1024);
  });

  test('every rule names a field and what to do', () => {
    for (const rule of rulesOf(kind.schema)) {
      expect(rule.message).toMatch(/^[\w./-]+,? .+: .+/);
    }
  });
});

/** All CEL rules at any depth. */
function rulesOf(node: object): { message: string }[] {
  return Object.entries(node as Record<string, unknown>).flatMap(([key, value]) => {
    if (key === 'x-kubernetes-validations') {
      return value as { message: string }[];
    }
    return typeof value === 'object' && value !== null ? rulesOf(value) : [];
  });
}
