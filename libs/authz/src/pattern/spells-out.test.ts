import { expect, test } from '@jest/globals';
import { compilePattern } from './compile.ts';
import { spellsOut } from './spells-out.ts';

test.each([
  ['impersonateUser', true],
  ['IMPERSONATE*', true],
  ['impersonate', true],
  ['*', false],
  ['*impersonate*', false],
  ['impersonat*', false],
  ['getImpersonate', false],
])('%s spells impersonate out: %s', (pattern, expected) => {
  expect(spellsOut(compilePattern(pattern), 'impersonate')).toBe(expected);
});
