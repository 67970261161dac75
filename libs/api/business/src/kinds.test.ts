import { describe, expect, test } from '@jest/globals';

import { crdManifest, structuralProblems } from '@tke/crd';

import { businessKinds } from './kinds.ts';

// `kubectl api-resources` of a plain cluster. Ours must not change what `kubectl get ns` means.
const coreShortNames = [
  ...['bs', 'cm', 'ep', 'ev', 'limits', 'no', 'ns', 'po', 'pv', 'pvc', 'quota', 'rc', 'rs', 'sa', 'svc', 'cj', 'csr'],
  ...['ds', 'deploy', 'hpa', 'ing', 'netpol', 'pdb', 'pc', 'sc', 'sts', 'crd', 'crds', 'vac', 'ip', 'sidr'],
];

const byKind = businessKinds.map((kind) => [kind.kind, kind] as const);

test('every stored kind of the group is there, under the plurals TKEStack gave them', () => {
  expect(
    Object.fromEntries(
      businessKinds.map(({ plural, shortNames, namespaced }) => [plural, [shortNames[0], namespaced]]),
    ),
  ).toEqual({
    projects: ['prj', false],
    // Not ns, which is what core namespaces are called.
    namespaces: ['bns', true],
    nsemigrations: ['nse', true],
    namespacecredentials: ['bnscred', true],
    platforms: ['plf', false],
    // Not ns, as TKEStack has it.
    imagenamespaces: ['imn', true],
    // Not rcg, which is the chart group of the registry.
    chartgroups: ['bcg', true],
  });
});

test('short names differ from each other and from those of Kubernetes', () => {
  const names = businessKinds.flatMap(({ shortNames }) => shortNames);
  expect(new Set([...names, ...coreShortNames]).size).toBe(names.length + coreShortNames.length);
});

test('objects can be selected by what TKEStack selects them by', () => {
  expect(Object.fromEntries(businessKinds.map(({ kind, selectableFields }) => [kind, selectableFields]))).toEqual({
    Project: ['.spec.tenantID', '.spec.parentProjectName', '.status.phase'],
    Namespace: ['.spec.tenantID', '.spec.clusterName', '.spec.namespace', '.status.phase'],
    NsEmigration: ['.spec.tenantID', '.spec.namespace', '.spec.destination', '.status.phase'],
    NamespaceCredential: ['.spec.tenantID', '.spec.namespace'],
    Platform: ['.spec.tenantID'],
    ImageNamespace: ['.spec.tenantID', '.spec.name'],
    ChartGroup: ['.spec.tenantID', '.spec.name'],
  });
});

describe.each(byKind)('%s', (_, kind) => {
  test('has a schema the API server takes', () => {
    expect(structuralProblems(kind)).toEqual([]);
  });

  test('belongs to a tenant, which does not change', () => {
    expect(kind.schema.properties?.spec?.properties).toHaveProperty('tenantID');
    expect(JSON.stringify(kind.schema.properties?.spec)).toMatch(/tenantID == oldSelf.tenantID|self == oldSelf/);
  });

  test('is found with kubectl get tkestack', () => {
    expect(kind.categories).toEqual(['tkestack']);
  });

  test('prints at most eight columns without -o wide, READY, REASON and AGE last', () => {
    const names = kind.columns.filter(({ priority = 0 }) => priority === 0).map(({ name }) => name);
    expect(names.slice(-3)).toEqual(['Ready', 'Reason', 'Age']);
    expect(names.length).toBeLessThanOrEqual(8);
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
