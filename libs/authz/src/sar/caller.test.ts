import { describe, expect, test } from '@jest/globals';
import { callerOf } from './caller.ts';
import type { SubjectAccessReviewSpec } from '@tke/meta';

test('the tenant comes from the extra, whichever of the two keys carries it', () => {
  for (const key of ['tkestack.io/tenantid', 'tenantid']) {
    expect(callerOf({ user: 'ann', extra: { [key]: ['t1'] }, groups: ['tenant:t2'] })).toMatchObject({ tenant: 't1' });
  }
});

test('else from the group', () => {
  expect(callerOf({ user: 'ann', groups: ['tenant:t2'] })).toMatchObject({ tenant: 't2', user: 'ann' });
  expect(callerOf({ user: 'ann', extra: { tenantid: [] }, groups: ['tenant:t2'] })).toMatchObject({ tenant: 't2' });
});

test('groups that carry something else, and those of Kubernetes, are no memberships', () => {
  const groups = [
    'tenant:t',
    'project:prj',
    'cluster:c',
    'namespace:n',
    'system:authenticated',
    'system:masters',
    '',
    'devs',
  ];
  expect(callerOf({ user: 'ann', groups })).toEqual({
    kind: 'tenantUser',
    tenant: 't',
    user: 'ann',
    subjects: ['t##user##ann', 't##user##*', 't##group##devs'],
  });
});

describe('no tenant user', () => {
  test.each<[string, SubjectAccessReviewSpec]>([
    ['nobody', { groups: ['tenant:t'] }],
    ['a user without tenant', { user: 'ann', groups: ['devs'] }],
    ['an empty tenant', { user: 'ann', extra: { tenantid: [''] }, groups: ['tenant:'] }],
    ['two tenants in the extra', { user: 'ann', extra: { tenantid: ['t1', 't2'] } }],
    ['extras that differ', { user: 'ann', extra: { tenantid: ['t1'], 'tkestack.io/tenantid': ['t2'] } }],
    ['two tenant groups', { user: 'ann', groups: ['tenant:t1', 'tenant:t2'] }],
    ['a service account', { user: 'system:serviceaccount:ns:sa', groups: ['tenant:t'] }],
    [
      'a property of every object',
      { user: 'ann', extra: Object.create({ tenantid: ['t'] }) as Record<string, string[]> },
    ],
  ])('%s', (_name, spec) => {
    expect(callerOf(spec).kind).toBe('unknownRealm');
  });
});
