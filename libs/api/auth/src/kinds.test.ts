import { describe, expect, test } from '@jest/globals';

import { crdManifest, structuralProblems } from '@tke/crd';

import { authKinds, tenantKinds } from './kinds.ts';

// `kubectl api-resources` of a plain cluster. Ours must not change what `kubectl get ns` means.
const coreShortNames = [
  ...['bs', 'cm', 'ep', 'ev', 'limits', 'no', 'ns', 'po', 'pv', 'pvc', 'quota', 'rc', 'rs', 'sa', 'svc', 'cj', 'csr'],
  ...['ds', 'deploy', 'hpa', 'ing', 'netpol', 'pdb', 'pc', 'sc', 'sts', 'crd', 'crds', 'vac', 'ip', 'sidr'],
];

const byKind = authKinds.map((kind) => [kind.kind, kind] as const);

test('every stored kind of the group is there, under the names TKEStack gave them', () => {
  expect(
    Object.fromEntries(authKinds.map(({ plural, shortNames, namespaced }) => [plural, [shortNames[0], namespaced]])),
  ).toEqual({
    policies: ['pol', false],
    policybindings: ['pb', false],
    projectpolicybindings: ['ppb', false],
    custompolicybindings: ['cpb', true],
    roles: ['rol', false],
    rolebindings: ['rlb', false],
    localgroups: ['grp', false],
    localidentities: ['usr', false],
    identityproviders: ['idp', false],
    categories: ['cat', false],
    rules: ['rul', false],
    apikeys: ['apk', false],
    apisigningkeys: [undefined, false],
  });
});

test('the platform alone has the kinds without a tenant', () => {
  const platform = authKinds.filter((kind) => !tenantKinds.includes(kind));
  expect(platform.map(({ kind }) => kind)).toEqual(['IdentityProvider', 'Category', 'Rule', 'APISigningKey']);
});

test('short names differ from each other and from those of Kubernetes', () => {
  const names = authKinds.flatMap(({ shortNames }) => shortNames);
  expect(new Set([...names, ...coreShortNames]).size).toBe(names.length + coreShortNames.length);
});

describe.each(byKind)('%s', (_, kind) => {
  test('has a schema the API server takes', () => {
    expect(structuralProblems(kind)).toEqual([]);
  });

  test('is found with kubectl get tkestack', () => {
    expect(kind.categories).toEqual(['tkestack']);
  });

  test('prints at most six columns without -o wide, READY, REASON and AGE last', () => {
    const names = kind.columns.filter(({ priority = 0 }) => priority === 0).map(({ name }) => name);
    expect(names.slice(-3)).toEqual(['Ready', 'Reason', 'Age']);
    expect(names.length).toBeLessThanOrEqual(kind.kind === 'Rule' ? 7 : 6);
  });

  test('fits into the last-applied annotation of kubectl apply', () => {
    expect(JSON.stringify(crdManifest(kind)).length).toBeLessThan(256 * 1024);
  });

  test('can be selected by tenant where it has one', () => {
    const hasTenant = kind.schema.properties?.spec?.properties?.tenantID !== undefined;
    expect(kind.selectableFields.includes('.spec.tenantID')).toBe(hasTenant);
  });
});
