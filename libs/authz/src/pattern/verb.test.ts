import { expect, test } from '@jest/globals';
import { compilePattern } from './compile.ts';
import { namesVerb } from './verb.ts';

test.each([
  ['impersonateUser', true],
  ['IMPERSONATE*', true],
  ['impersonate', true],
  ['*', false],
  ['*impersonate*', false],
  ['impersonat*', false],
  ['getImpersonate', false],
])('%s names impersonate: %s', (pattern, expected) => {
  expect(namesVerb(compilePattern(pattern), 'impersonate')).toBe(expected);
});
