import { describe, expect, test } from '@jest/globals';

import { portablePattern } from './pattern.ts';

describe('portablePattern', () => {
  test.each([
    ['look-ahead', '^(?=a)b'],
    ['negative look-ahead', '^(?!a)b'],
    ['look-behind', '(?<=a)b'],
    ['negative look-behind', '(?<!a)b'],
    ['a back-reference', '(a)\\1'],
    ['a named back-reference', '(?<x>a)\\k<x>'],
    ['a named group in the spelling of JavaScript', '(?<x>a)'],
    ['an atomic group', '(?>a)b'],
    ['a named group in the spelling of Go', '(?P<x>a)'],
    ['inline flags', '(?i)abc'],
    ['a text anchor of Go', '\\Aabc\\z'],
    ['a POSIX class', '^[[:alpha:]]+$'],
    ['an unbalanced group', '(a'],
  ])('refuses %s', (_, pattern) => {
    expect(() => portablePattern(pattern)).toThrow(expect.objectContaining({ code: 'PatternNotPortable' }));
  });

  test.each(['^[a-z0-9]([-a-z0-9]*[a-z0-9])?$', '^(?:a|b)+$', '^[^\\x00-\\x1f,]*$', '^\\d{1,3}$', '\\?\\(=x\\)'])(
    'takes %s as it is',
    (pattern) => {
      expect(portablePattern(pattern)).toBe(pattern);
    },
  );
});
