import { describe, expect, test } from '@jest/globals';
import type { Kind, KubeObject, OwnerReference } from '@tke/meta';

import { controllerOf, isControlledBy, ownerReference, withOwner } from './owners.ts';

const clusterKind: Kind = { group: 'example.io', version: 'v1', kind: 'Tenant', plural: 'tenants', namespaced: false };
const namespacedKind: Kind = { ...clusterKind, kind: 'Project', plural: 'projects', namespaced: true };
const tenant: KubeObject = { apiVersion: 'example.io/v1', kind: 'Tenant', metadata: { name: 't', uid: 'u1' } };
const project: KubeObject = {
  apiVersion: 'example.io/v1',
  kind: 'Project',
  metadata: { name: 'p', namespace: 'n1', uid: 'u2' },
};
const code = (text: string) => expect.objectContaining({ code: text }) as unknown as Error;
const controlled = (...ownerReferences: OwnerReference[]): KubeObject => ({ ...tenant, metadata: { ownerReferences } });

describe('ownerReference', () => {
  test('names the owner by kind, name and uid, as the controller that blocks its deletion', () => {
    expect(ownerReference(tenant, clusterKind)).toEqual({
      apiVersion: 'example.io/v1',
      kind: 'Tenant',
      name: 't',
      uid: 'u1',
      controller: true,
      blockOwnerDeletion: true,
    });
  });

  test('can be of an owner that is not the controller and blocks nothing', () => {
    expect(ownerReference(tenant, clusterKind, {}, { controller: false, blockOwnerDeletion: false })).toMatchObject({
      controller: false,
      blockOwnerDeletion: false,
    });
  });

  test.each([
    { owner: 'cluster-scoped', dependent: 'cluster-scoped', of: [tenant, clusterKind, {}], works: true },
    { owner: 'cluster-scoped', dependent: 'namespaced', of: [tenant, clusterKind, { namespace: 'n1' }], works: true },
    {
      owner: 'namespaced',
      dependent: 'same namespace',
      of: [project, namespacedKind, { namespace: 'n1' }],
      works: true,
    },
    {
      owner: 'namespaced',
      dependent: 'other namespace',
      of: [project, namespacedKind, { namespace: 'n2' }],
      works: false,
    },
    { owner: 'namespaced', dependent: 'cluster-scoped', of: [project, namespacedKind, {}], works: false },
  ] as const)('$owner owner, $dependent dependent: allowed $works', ({ of, works }) => {
    const make = () => ownerReference(of[0], of[1], of[2]);
    if (works) {
      expect(make().uid).toBe(of[0].metadata.uid);
    } else {
      expect(make).toThrow(code('OwnerOutOfScope'));
    }
  });

  test('cannot be of an object that is not stored', () => {
    const draft: KubeObject = { ...tenant, metadata: { name: 't' } };
    expect(() => ownerReference(draft, clusterKind)).toThrow(code('OwnerNotStored'));
  });
});

describe('withOwner', () => {
  const reference = ownerReference(tenant, clusterKind);
  const plain = { ...reference, kind: 'Other', uid: 'u9', controller: false };

  test('adds to an empty list and to others', () => {
    expect(withOwner(undefined, reference)).toEqual([reference]);
    expect(withOwner([plain], reference)).toEqual([plain, reference]);
  });

  test('does not repeat the owner', () => {
    expect(withOwner([reference], reference)).toEqual([reference]);
  });

  test('replaces the owner of another version or uid', () => {
    expect(withOwner([{ ...reference, apiVersion: 'example.io/v1beta1', uid: 'old' }], reference)).toEqual([reference]);
  });

  test('takes owners of another group, kind or name for others', () => {
    for (const other of [{ apiVersion: 'other.io/v1' }, { apiVersion: 'v1' }, { kind: 'X' }, { name: 'x' }]) {
      expect(withOwner([{ ...reference, ...other, controller: false }], reference)).toHaveLength(2);
    }
  });

  test('refuses a second controller, but not a further owner', () => {
    const rival = { ...reference, name: 'rival', uid: 'u8' };
    expect(() => withOwner([rival], reference)).toThrow(code('AlreadyControlled'));
    expect(withOwner([rival], { ...reference, controller: false })).toHaveLength(2);
  });
});

describe('the controller of an object', () => {
  const reference = ownerReference(tenant, clusterKind);

  test('is the owner marked as such', () => {
    expect(controllerOf(controlled({ ...reference, controller: false }, { ...reference, uid: 'u7' }))?.uid).toBe('u7');
    expect(controllerOf(controlled({ ...reference, controller: false }))).toBeUndefined();
    expect(controllerOf(tenant)).toBeUndefined();
  });

  test('is told by uid: not an owner of the same name that was made later', () => {
    expect(isControlledBy(controlled(reference), tenant)).toBe(true);
    expect(isControlledBy(controlled(reference), { ...tenant, metadata: { name: 't', uid: 'later' } })).toBe(false);
    expect(isControlledBy(controlled({ ...reference, controller: false }), tenant)).toBe(false);
    expect(isControlledBy(controlled(), { ...tenant, metadata: {} })).toBe(false);
  });
});
