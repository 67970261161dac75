import { describe, expect, test } from '@jest/globals';

import { everyoneKey, groupKey, userKey } from './keys.ts';
import { parseSubjectKey, subjectsOf } from './subject-key.ts';

describe('a subject key', () => {
  test.each([
    [userKey('t', 'ann'), { tenant: 't', kind: 'user', name: 'ann' }],
    [userKey('t', 'a##b'), { tenant: 't', kind: 'user', name: 'a##b' }],
    [groupKey('t', 'cn=x, y'), { tenant: 't', kind: 'group', name: 'cn=x, y' }],
    [everyoneKey('t'), { tenant: 't', kind: 'everyone', name: '' }],
  ])('%s is read back, and written again', (key, subject) => {
    const parsed = parseSubjectKey(key);
    expect(parsed).toEqual(subject);
    expect(parsed && subjectsOf(parsed)[0]).toBe(key);
  });

  test.each(['pol-a', 'rol-a', 't##role##x', ''])('%j is none', (key) => {
    expect(parseSubjectKey(key)).toBeUndefined();
  });
});
