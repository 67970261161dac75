import { expect, test } from '@jest/globals';

import { verbOf } from './verb.ts';

test.each([
  ['getPod', 'get'],
  ['get*', 'get'],
  ['*Pod*', ''],
  ['', ''],
  ['bindPolicy', 'bind'],
  ['impersonate*', 'impersonate'],
  ['deletecollectionPods', 'deletecollection'],
  ['getpod', 'get'],
  ['deletepod', 'delete'],
  ['deletecollectionpods', 'deletecollection'],
  ['bindpolicy', 'bindpolicy'],
  ['LISTPODS', 'list'],
])('the verb of %j is %j', (action, verb) => {
  expect(verbOf(action)).toBe(verb);
});
