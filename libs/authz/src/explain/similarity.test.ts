import { expect, test } from '@jest/globals';

import { similarity } from './similarity.ts';

test('texts are the more alike, the more they share', () => {
  expect(similarity('getPod', 'GETPOD')).toBe(1);
  expect(similarity('getPod', 'deletePod')).toBeGreaterThan(similarity('getPod', 'deleteChart'));
  expect([similarity('ab', 'cd'), similarity('', ''), similarity('', 'a')]).toEqual([0, 1, 0]);
});
