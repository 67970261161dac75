import { expect, test } from '@jest/globals';

import { reservedWord } from './verbs.ts';

test.each('get list watch create update patch delete deletecollection post put head options'.split(' '))(
  'a row need not spell out %s',
  (verb) => {
    expect(reservedWord({ verb, action: `${verb}Pod` })).toBeUndefined();
  },
);

test.each('impersonate bind escalate approve sign attest use connect'.split(' '))('a row must spell out %s', (verb) => {
  expect(reservedWord({ verb, action: `${verb}Pod` })).toBe(verb);
});

test('a row must spell out the creation of a token', () => {
  const action = 'createServiceaccountToken';
  expect(reservedWord({ verb: 'create', action })).toBe(action);
});
