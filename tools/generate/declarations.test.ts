import { expect, test } from '@jest/globals';

import type { KindDescriptor } from '@tke/crd';

import { admission, kinds, reviews, webhooks } from './declarations.ts';

const stored = kinds.filter((kind) => !reviews.includes(kind));
const names = (list: readonly { kind: string }[]) => list.map(({ kind }) => kind);

test('objects are sent to the webhooks of the kinds that the manager serves, and of no others', () => {
  const served = ({ kind }: KindDescriptor) => kind !== 'APIKey';
  expect(names(webhooks.validated)).toEqual(names(stored.filter(served)));
  expect(names(webhooks.mutated)).toEqual(names([...admission.tenantKinds.filter(served), ...reviews]));
});

test('every kind that is stored is either of tenants or of the platform', () => {
  expect(names([...admission.tenantKinds, ...admission.platformKinds]).sort()).toEqual(names(stored).sort());
});
