import { expect, test } from '@jest/globals';

import { bar } from './bar.ts';

test.each([
  [0n, 10n, '[..........] 0%'],
  [4n, 10n, '[####......] 40%'],
  [999n, 1000n, '[##########] 100%'],
  [1n, 1000n, '[..........] 1%'],
  [10n, 10n, '[##########] 100%'],
  [25n, 10n, '[##########] 250%'],
  [0n, 0n, '[..........] 0%'],
  [1n, 0n, '[##########] 100%'],
])('%d of %d is %s', (used, whole, text) => {
  expect(bar(used, whole)).toBe(text);
});
