import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { loadAll } from 'js-yaml';

import type { Permission, Verb } from '@tke/runtime';

import { policyRules, rbacFiles } from './rbac.ts';

const permission: fc.Arbitrary<Permission> = fc.record(
  {
    group: fc.constantFrom('', 'auth.tkestack.io'),
    resources: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1 }),
    verbs: fc.uniqueArray(fc.constantFrom<Verb>('get', 'list', 'watch', 'patch'), { minLength: 1 }),
    resourceNames: fc.uniqueArray(fc.constantFrom('x', 'y'), { minLength: 1 }),
  },
  { requiredKeys: ['group', 'resources', 'verbs'] },
);

/** Every single thing that is allowed, as text. */
function grants(
  group: string,
  resources: readonly string[],
  names: readonly string[] = ['*'],
  verbs: readonly string[],
): string[] {
  return resources.flatMap((resource) =>
    names.flatMap((name) => verbs.map((verb) => [group, resource, name, verb].join('/'))),
  );
}

describe('policyRules', () => {
  test('allow exactly what was declared', () => {
    fc.assert(
      fc.property(fc.array(permission), (permissions) => {
        const declared = permissions.flatMap(({ group, resources, resourceNames, verbs }) =>
          grants(group, resources, resourceNames, verbs),
        );
        const generated = policyRules(permissions).flatMap(({ apiGroups, resources, resourceNames, verbs }) =>
          grants(apiGroups[0]!, resources, resourceNames, verbs),
        );
        expect(new Set(generated)).toEqual(new Set(declared));
      }),
    );
  });

  test('do not depend on the order of declarations', () => {
    fc.assert(
      fc.property(fc.array(permission), (permissions) => {
        expect(policyRules(permissions.toReversed())).toEqual(policyRules(permissions));
      }),
    );
  });

  test('put resources with equal verbs into one rule', () => {
    expect(
      policyRules([
        { group: 'g', resources: ['b'], verbs: ['get'] },
        { group: 'g', resources: ['a'], verbs: ['get', 'list'] },
        { group: 'g', resources: ['b'], verbs: ['list'] },
      ]),
    ).toEqual([{ apiGroups: ['g'], resources: ['a', 'b'], verbs: ['get', 'list'] }]);
  });
});

test('a permission in a namespace becomes a Role there, and both are bound to the service account', () => {
  const accounts = [
    {
      namespace: 'tke-system',
      serviceAccount: 'tke-manager',
      permissions: [
        { group: 'g', resources: ['a'], verbs: ['get'] },
        { group: '', resources: ['secrets'], verbs: ['get'], namespace: 'elsewhere' },
      ],
    },
  ] as const;
  const [namespace, file] = rbacFiles(accounts, []);
  const subjects = [{ kind: 'ServiceAccount', name: 'tke-manager', namespace: 'tke-system' }];
  expect(loadAll(namespace!.content)).toMatchObject([{ kind: 'Namespace', metadata: { name: 'tke-system' } }]);
  expect(loadAll(file!.content)).toMatchObject([
    { kind: 'ServiceAccount', metadata: { name: 'tke-manager', namespace: 'tke-system' } },
    { kind: 'ClusterRole', metadata: { name: 'tke-manager' }, rules: [{ resources: ['a'] }] },
    { kind: 'ClusterRoleBinding', metadata: { name: 'tke-manager' }, roleRef: { kind: 'ClusterRole' }, subjects },
    { kind: 'Role', metadata: { name: 'tke-manager', namespace: 'elsewhere' }, rules: [{ resources: ['secrets'] }] },
    { kind: 'RoleBinding', metadata: { namespace: 'elsewhere' }, roleRef: { kind: 'Role' }, subjects },
  ]);
});

test('everybody who is authenticated may ask about himself, and nothing else', () => {
  const file = rbacFiles([], [{ group: 'g', version: 'v1', kind: 'Ask', plural: 'asks', namespaced: false }]).find(
    ({ path }) => path.endsWith('/tke-self-reviews.yaml'),
  );
  expect(loadAll(file!.content)).toMatchObject([
    { kind: 'ClusterRole', rules: [{ apiGroups: ['g'], resources: ['asks'], verbs: ['create'] }] },
    { kind: 'ClusterRoleBinding', subjects: [{ kind: 'Group', name: 'system:authenticated' }] },
  ]);
});
