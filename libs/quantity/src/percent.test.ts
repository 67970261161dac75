import { expect, test } from '@jest/globals';

import { percentOf } from './percent.ts';

test.each([
  [0n, 10n, 0n],
  [1n, 1_000n, 1n],
  [999n, 1_000n, 100n],
  [10n, 10n, 100n],
  [25n, 10n, 250n],
  [0n, 0n, 0n],
  [1n, 0n, 100n],
])('%d of %d is %d%%', (used, whole, percent) => {
  expect(percentOf(used, whole)).toBe(percent);
});
