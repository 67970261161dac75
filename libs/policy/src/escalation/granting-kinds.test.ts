import { expect, test } from '@jest/globals';

import { ruleSources } from '../rules/sources.ts';
import { grantingKinds } from './granting-kinds.ts';

test('every kind that Rules are made of is guarded, and no other', () => {
  const unread = () => {
    throw new Error('kinds are known without the cache');
  };
  expect(
    ruleSources({ get: unread, list: unread })
      .map(({ kind }) => kind.kind)
      .sort(),
  ).toEqual(grantingKinds.map(({ kind }) => kind).sort());
});
