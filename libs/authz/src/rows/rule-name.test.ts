import { expect, test } from '@jest/globals';
import { ruleName } from './rule-name.ts';

const spec = { ptype: 'g', v0: 't##user##a', v1: 'pol-a', v2: '*' };

test('is a fixed function of source and row, and a valid object name', () => {
  expect(ruleName('uid-1', spec)).toBe('rul-ae5d159e7d3dce06b40a50eb1a8b6336f837ad79');
  expect(ruleName('uid-1', spec)).toMatch(/^rul-[0-9a-f]{40}$/);
});

test('an absent column and an empty one are the same row', () => {
  expect(ruleName('uid-1', { ...spec, v3: '', v4: '', v5: '', v6: '' })).toBe(ruleName('uid-1', spec));
});

test('another source or row gives another name', () => {
  const names = [
    ruleName('uid-1', spec),
    ruleName('uid-2', spec),
    ruleName('uid-1', { ...spec, ptype: 'p' }),
    ruleName('uid-1', { ...spec, v1: 'pol-a*', v2: '' }),
    ruleName('uid-1', { ...spec, v1: '', v2: 'pol-a' }),
  ];
  expect(new Set(names).size).toBe(names.length);
});
