import { expect, test } from '@jest/globals';
import { compilePattern } from './compile.ts';

test.each([
  ['*', 'any'],
  ['**', 'any'],
  ['getPod', 'literal'],
  ['', 'literal'],
  ['get*', 'prefix'],
  ['get**', 'prefix'],
  ['a/:x', 'segments'],
  ['a/:x/b', 'segments'],
  ['*Pod', 'general'],
  ['*Pod*', 'general'],
  ['a/:x/*', 'general'],
])('%s is %s', (text, kind) => {
  expect(compilePattern(text).kind).toBe(kind);
});
