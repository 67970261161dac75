import { describe, expect, test } from '@jest/globals';

import { category, policy } from '@tke/api-auth';
import { validate } from '@tke/crd/validate';

import { aPolicy } from '../testing/objects.ts';
import { shippedCategories } from './categories.ts';
import { defaultPolicies, nameIn, seededPartOf, seededSpec, seedKeysOf, tenantsNaming } from './default-policies.ts';
import { contentDigest } from './digest.ts';
import { decideSeed } from './seed-decision.ts';

describe('default policies', () => {
  const specs = defaultPolicies.map((shipped) => seededSpec('default', shipped));

  test('are the 31 that TKEStack ships, with names of their own', () => {
    const names = defaultPolicies.map((shipped) => nameIn('default', shipped));
    expect(new Set(names).size).toBe(31);
    expect(new Set(defaultPolicies.map(({ displayName }) => displayName)).size).toBe(31);
    // Other components refer to these by name.
    expect(names).toEqual(
      expect.arrayContaining([
        'pol-default-administrator',
        'pol-default-viewer',
        'pol-default-project-owner',
        'pol-default-chart-full-fake',
        'pol-default-addonfullaccess',
      ]),
    );
  });

  test('are valid in the longest tenant name', () => {
    const tenant = 'a'.repeat(32);
    for (const shipped of defaultPolicies) {
      const object = { ...aPolicy(nameIn(tenant, shipped)), spec: seededSpec(tenant, shipped) };
      expect(validate(policy, object)).toEqual([]);
    }
  });

  test('make 1,835 rows', () => {
    expect(
      specs.reduce((sum, { statement: { actions, resources } }) => sum + actions.length * resources.length, 0),
    ).toBe(1835);
  });

  test.each([
    ['pol-default-administrator', ['default']],
    ['pol-default-addonfullaccess', ['default']],
    // The policy `project-viewer` of tenant x, or `viewer` of tenant x-project.
    ['pol-x-project-viewer', ['x', 'x-project']],
    ['pol-prj-default', []],
    ['rol-default-viewer', []],
  ])('%s is a default policy of %j', (name, tenants) => {
    expect([...tenantsNaming(name)].toSorted()).toEqual(tenants);
  });

  test('labels of another tenant do not make a policy its default policy', () => {
    const labels = { 'auth.tkestack.io/tenant': 'other', 'auth.tkestack.io/default-policy': 'PlatformAdmin' };
    expect(seedKeysOf(aPolicy('pol-1', {}, { labels }))).toEqual([]);
    expect(seedKeysOf(aPolicy('pol-1', { tenantID: 'other' }, { labels }))).toEqual(['other/PlatformAdmin']);
    expect(seedKeysOf(aPolicy('pol-1', { type: 'default' }))).toEqual(['default/pol-1']);
  });
});

test('categories are valid', () => {
  expect(shippedCategories.size).toBe(12);
  for (const [name, Spec] of shippedCategories) {
    const object = { apiVersion: 'auth.tkestack.io/v1', kind: 'Category', metadata: { name }, Spec };
    expect(validate(category, object)).toEqual([]);
  }
});

describe('what happens to a shipped object', () => {
  const wanted = { a: 1, list: ['x'] };
  const older = { a: 0, list: ['x'] };
  const edited = { a: 2, list: ['x'] };
  test.each([
    ['create', undefined],
    ['current', { content: wanted, digest: contentDigest(wanted) }],
    ['update', { content: older, digest: contentDigest(older) }],
    ['edited', { content: edited, digest: contentDigest(older) }],
    ['edited', { content: edited, digest: contentDigest(wanted) }],
    ['edited', { content: older, digest: undefined }],
    ['adopt', { content: wanted, digest: undefined }],
    ['adopt', { content: wanted, digest: contentDigest(older) }],
  ] as const)('%s: %j', (decision, stored) => {
    expect(decideSeed(stored, wanted)).toBe(decision);
  });

  test('what means the same has one digest', () => {
    expect(contentDigest({ a: 1, b: '', c: null })).toBe(contentDigest({ c: undefined, a: 1 }));
    expect(contentDigest({ a: 1, b: { c: 2, d: 3 } })).toBe(contentDigest({ b: { d: 3, c: 2 }, a: 1 }));
    expect(contentDigest(['a', 'b'])).not.toBe(contentDigest(['b', 'a']));
    const platform = seededPartOf(aPolicy('p', { scope: 'platform', type: 'default' }));
    expect(contentDigest(platform)).toBe(contentDigest(seededPartOf(aPolicy('p', { scope: '', type: 'default' }))));
  });
});
