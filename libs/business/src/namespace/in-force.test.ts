import { expect, test } from '@jest/globals';
import type { HardList } from '@tke/api-business';

import { atMost, isSameHard, lowered } from './in-force.ts';

test.each<[HardList, HardList, boolean]>([
  [{ cpu: '1' }, { cpu: '1000m' }, true],
  [{ memory: '1Gi', pods: 1 }, { pods: '1', memory: '1024Mi' }, true],
  [{ cpu: '1' }, { cpu: '1001m' }, false],
  [{ cpu: '1' }, { cpu: '1', pods: '0' }, false],
  [{ cpu: '0' }, {}, false],
  [{ cpu: '1' }, { pods: '1' }, false],
])('%j and %j are the same limits: %j', (a, b, same) => {
  expect(isSameHard(a, b)).toBe(same);
  expect(isSameHard(b, a)).toBe(same);
});

test.each<[string, HardList, HardList, HardList]>([
  ['lower', { cpu: '4' }, { cpu: '2' }, { cpu: '2' }],
  ['higher', { cpu: '4' }, { cpu: '8' }, { cpu: '4' }],
  ['one each', { cpu: '4', pods: '10' }, { cpu: '8', pods: '5' }, { cpu: '4', pods: '5' }],
  ['a limit more', { cpu: '4' }, { cpu: '4', pods: '5' }, { cpu: '4', pods: '5' }],
  ['a limit less', { cpu: '4', pods: '5' }, { cpu: '4' }, { cpu: '4', pods: '5' }],
  ['to nothing', { cpu: '4' }, { cpu: 0 }, { cpu: 0 }],
])('without leave, of %s there is in force what is not more', (_, held, wanted, inForce) => {
  expect(lowered(held, wanted)).toEqual(inForce);
});

test('what may be in force at most is the larger of each', () => {
  expect(atMost({ cpu: '4', pods: '1' }, { cpu: '5000m', memory: '1Gi' })).toEqual({
    cpu: '5000m',
    pods: '1',
    memory: '1Gi',
  });
  expect(atMost(undefined, { cpu: '1' })).toEqual({ cpu: '1' });
  expect(atMost({ cpu: '1' }, undefined)).toEqual({ cpu: '1' });
  expect(atMost(undefined, undefined)).toBeUndefined();
});
