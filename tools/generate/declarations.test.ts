import { expect, test } from '@jest/globals';

import type { KindDescriptor } from '@tke/crd';

import { admission, kinds, webhooks } from './declarations.ts';

const names = (list: readonly { kind: string }[]) => list.map(({ kind }) => kind);

test('objects are sent to the webhooks of the kinds that the manager serves, and of no others', () => {
  const served = ({ kind }: KindDescriptor) => kind !== 'APIKey';
  expect(names(webhooks.validated)).toEqual(names(kinds.filter(served)));
  expect(names(webhooks.mutated)).toEqual(names(admission.tenantKinds.filter(served)));
});

test('every kind is either of tenants or of the platform', () => {
  expect(names([...admission.tenantKinds, ...admission.platformKinds]).sort()).toEqual(names(kinds).sort());
});
