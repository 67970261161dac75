import { expect, test } from '@jest/globals';

import { emigrationErrors } from './errors.ts';

test('what needs a user is undone by deleting the NsEmigration first: applied again, one that has Failed stays so', () => {
  const needs = Object.values(emigrationErrors)
    .map((make) => make('m'))
    .filter((error) => error.class === 'NeedsUser');
  expect(needs.length).toBeGreaterThan(5);
  expect(needs.filter(({ remedy }) => !remedy.startsWith('Delete this NsEmigration'))).toEqual([]);
});
