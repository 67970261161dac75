import { expect, test } from '@jest/globals';

import { boundedWarnings } from './warnings.ts';

test('warnings become single lines, once each, none empty', () => {
  expect(boundedWarnings(['a\n\tb\u0000', 'a b', ' ', 'c'])).toEqual(['a b', 'c']);
});

test('a warning keeps 256 characters, counted as the apiserver counts, and cuts none in half', () => {
  expect(boundedWarnings(['😀'.repeat(256)])).toEqual(['😀'.repeat(256)]);
  expect(boundedWarnings(['😀'.repeat(257)])).toEqual([`${'😀'.repeat(255)}…`]);
  expect(boundedWarnings(['\ud800'])).toEqual(['\ufffd']);
});

test('together they keep 4096 characters, and the last says how many are missing', () => {
  const warnings = Array.from({ length: 30 }, (_, index) => `${index} `.padEnd(200, 'x'));
  const bounded = boundedWarnings(warnings);
  expect(bounded.join('').length).toBeLessThanOrEqual(4096);
  expect(bounded.slice(0, -1)).toEqual(warnings.slice(0, bounded.length - 1));
  expect(bounded.at(-1)).toBe(`${30 - (bounded.length - 1)} more warnings are not shown`);
});
