import { expect, test } from '@jest/globals';

import { projectOwnerPolicy, roleOfPolicy } from './names.ts';

test('the policies of a tenant’s own projects have short names, and no others', () => {
  const names = [projectOwnerPolicy('t'), 'pol-t-project-viewer', 'pol-t-project-other', 'pol-u-project-owner'];
  expect(names.map((name) => roleOfPolicy(name, 't'))).toEqual([
    ...['owner', 'viewer'],
    ...['pol-t-project-other', 'pol-u-project-owner'],
  ]);
});
