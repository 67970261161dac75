import { expect, test } from '@jest/globals';

import { compareResourceVersions } from './resource-version.ts';

test.each([
  ['9', '10', -1],
  ['100', '99', 1],
  ['12', '12', 0],
  ['', '1', -1],
  ['18446744073709551614', '18446744073709551615', -1],
] as const)('%s against %s is %d', (a, b, order) => {
  expect(compareResourceVersions(a, b)).toBe(order);
});
