import { describe, expect, test } from '@jest/globals';

import type { AdmissionRequest, AdmissionUser } from '../admission/types.ts';
import { platformOnlyProblems, tenantProblems, withTenant, type CallerTenant, type TenantObject } from './tenant.ts';

const platform: CallerTenant = { kind: 'platform' };
const ambiguous: CallerTenant = { kind: 'ambiguous' };
const acme: CallerTenant = { kind: 'tenant', tenant: 'acme' };

const userInfo: AdmissionUser = { username: 'alice', uid: '', groups: [], extra: {} };
const kind = { group: 'example.io', version: 'v1', kind: 'Widget' };

const widget = (spec: object | undefined): TenantObject =>
  ({ apiVersion: 'example.io/v1', kind: 'Widget', metadata: { name: 'a' }, ...(spec && { spec }) }) as TenantObject;
const of = (tenantID?: string) => widget({ colour: 'red', ...(tenantID !== undefined && { tenantID }) });

function request(object: TenantObject | undefined, oldObject?: TenantObject): AdmissionRequest<TenantObject> {
  const sides = { ...(object && { object }), ...(oldObject && { oldObject }) };
  const operation = object === undefined ? 'DELETE' : oldObject === undefined ? 'CREATE' : 'UPDATE';
  return { uid: '1', operation, kind, name: 'a', userInfo, dryRun: false, ...sides };
}

interface Omission {
  readonly object?: TenantObject;
  readonly stored?: TenantObject;
  readonly ofProject?: string;
  readonly caller?: CallerTenant;
  /** The tenant that is filled in. */
  readonly filled?: string;
}

describe('the tenant that an object leaves out', () => {
  test.each<[string, Omission]>([
    ['is that of the caller', { filled: 'acme' }],
    ['is that of the caller where it is empty', { object: of(''), filled: 'acme' }],
    ['is that of the project rather than of the caller', { ofProject: 'shop', filled: 'shop' }],
    ['is not that of a project without one', { ofProject: '', filled: 'acme' }],
    ['is the one that it had before all', { stored: of('old'), ofProject: 'shop', filled: 'old' }],
    ['is nobody’s where the platform writes it', { caller: platform }],
    ['is nobody’s where the caller may be of several', { stored: of(''), caller: ambiguous }],
    ['is not put into what no schema would take', { object: widget(undefined), ofProject: 'shop' }],
    ['is not put over one that is there', { object: of('other'), stored: of('old'), ofProject: 'shop' }],
  ])('%s', (_, { object = of(), stored, ofProject, caller = acme, filled }) => {
    const expected = filled === undefined ? undefined : of(filled);
    expect(withTenant(request(object, stored), () => caller, ofProject)).toEqual(expected);
  });
});

describe('who writes objects of a tenant', () => {
  test.each<[string, AdmissionRequest<TenantObject>, CallerTenant, readonly unknown[]]>([
    ['the platform, those of all', request(of('other'), of('acme')), platform, []],
    ['its users', request(of('acme'), of('acme')), acme, []],
    ['not those of another', request(of('other')), acme, ['other']],
    ['not those of another, by writing one’s own into it', request(of('acme'), of('other')), acme, ['other']],
    ['not those of another, by giving it away', request(of('other'), of('acme')), acme, ['other']],
    ['not those of another, by deleting it', request(undefined, of('other')), acme, ['other']],
    ['not those of nobody', request(of()), acme, ['']],
    ['nobody who may be of several', request(of('acme')), ambiguous, [undefined]],
  ])('%s', (_, asked, caller, values) => {
    const problems = tenantProblems(asked, caller);
    expect(problems.map(({ value }) => value)).toEqual(values);
    expect(problems.every(({ field, type }) => field === 'spec.tenantID' && type === 'Forbidden')).toBe(true);
  });

  test('is told his own tenant, and what to do', () => {
    expect(tenantProblems(request(of('other')), acme)).toEqual([
      {
        field: 'spec.tenantID',
        value: 'other',
        rule: 'must be "acme", the tenant of the caller',
        remedy: 'Leave the field out, or write the object with credentials of the other tenant.',
        type: 'Forbidden',
      },
    ]);
  });
});

test('what only the platform writes is refused to users of tenants, and to who may be one', () => {
  expect(platformOnlyProblems('Category', platform)).toEqual([]);
  expect(platformOnlyProblems('Category', acme)).toMatchObject([
    { rule: 'users of a tenant must not write Category objects', type: 'Forbidden' },
  ]);
  expect(platformOnlyProblems('Category', ambiguous)).toMatchObject([{ type: 'Forbidden' }]);
});
