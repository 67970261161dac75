import { describe, expect, test } from '@jest/globals';

import { fieldsOf, ok, platform, root, type Asked } from '../escalation/testing/guarded-tenant.ts';
import { aPolicy, statement } from '../testing/objects.ts';

describe('the marks of shipped policies', () => {
  const label = 'auth.tkestack.io/default-policy';
  const marked = (labels: Record<string, string>) =>
    aPolicy('pol-pods', { statement: statement(['getPod'], ['namespace:*/pod:*']) }, { labels });
  const forbidden = [`metadata.labels[${label}] Forbidden`];
  test.each<[string, Asked, string[]]>([
    [
      'are not set by users of tenants',
      { object: marked({ [label]: 'AdministratorAccess' }), oldObject: marked({}), by: root },
      forbidden,
    ],
    [
      'not on a new one',
      {
        object: {
          ...marked({ [label]: 'AdministratorAccess' }),
          metadata: { name: 'pol-mine', labels: { [label]: 'x' } },
        },
      },
      forbidden,
    ],
    ['nor taken away', { object: marked({}), oldObject: marked({ [label]: 'x' }) }, forbidden],
    ['stay', { object: marked({ [label]: 'x', mine: 'y' }), oldObject: marked({ [label]: 'x' }) }, ok],
    ["are the platform's", { object: marked({ [label]: 'x' }), oldObject: marked({}), by: platform }, ok],
  ])('%s', async (_, asked, expected) => {
    expect(await fieldsOf(asked)).toEqual(expected);
  });
});
