import { afterAll, beforeAll, expect, test } from '@jest/globals';

import type { Platform } from '@tke/api-business';
import type { KubeObject } from '@tke/meta';
import { administersTenant, callerTenant, registerInformers } from '@tke/policy';
import { cacheOf } from '@tke/runtime/testing';
import type { AdmissionRequest, AdmissionUser, KindAdmission } from '@tke/webhook';

import { platformAdmission } from './platform.ts';

const user = (username: string, tenant = 't'): AdmissionUser => ({
  username,
  uid: '',
  groups: [`tenant:${tenant}`],
  extra: {},
});
const operator: AdmissionUser = { username: 'kubernetes-admin', uid: '', groups: ['system:masters'], extra: {} };

const aPlatform = (administrators: string[], tenantID?: string): Platform => ({
  apiVersion: 'business.tkestack.io/v1',
  kind: 'Platform',
  metadata: { name: 'plf' },
  spec: { administrators, ...(tenantID !== undefined && { tenantID }) },
});

/** Tenant t is administered by root and, by a Platform, by pia; tenant other by ada; tenant gone does not exist. */
const stored: readonly KubeObject[] = [
  { apiVersion: '', kind: 'IdentityProvider', metadata: { name: 't' }, ...{ spec: { administrators: ['root'] } } },
  { apiVersion: '', kind: 'IdentityProvider', metadata: { name: 'other' }, ...{ spec: {} } },
  { ...aPlatform(['pia'], 't'), metadata: { name: 'one' } },
  { ...aPlatform(['ada'], 'other'), metadata: { name: 'two' } },
  { ...aPlatform(['gus'], 'gone'), metadata: { name: 'three' } },
];

const stop = new AbortController();
let admission: KindAdmission<Platform>;
beforeAll(async () => {
  const cache = await cacheOf(stored, registerInformers, stop.signal);
  admission = platformAdmission(cache, callerTenant, administersTenant(cache));
});
afterAll(() => stop.abort());

async function refused(by: AdmissionUser, object?: Platform, oldObject?: Platform): Promise<readonly string[]> {
  const operation = object === undefined ? 'DELETE' : oldObject === undefined ? 'CREATE' : 'UPDATE';
  const sides = { ...(object && { object }), ...(oldObject && { oldObject }) };
  const request = { uid: '1', operation, kind: admission.kind, name: 'plf', userInfo: by, dryRun: false, ...sides };
  const { problems } = await admission.validate!(request as AdmissionRequest<Platform>);
  return problems.map(({ field }) => field);
}

const mine = aPlatform(['eve'], 't');
const notHis = ['spec.administrators'];

test.each([
  ['an administrator', user('root'), []],
  ['one that a Platform names', user('pia'), []],
  ['an operator of the platform', operator, []],
  ['somebody of the tenant', user('eve'), notHis],
  ['an administrator of another tenant', user('ada'), notHis],
])('%s makes, changes and deletes Platforms of the tenant, or does not', async (_who, by, answer) => {
  expect(await refused(by, mine)).toEqual(answer);
  expect(await refused(by, mine, aPlatform([], 't'))).toEqual(answer);
  expect(await refused(by, undefined, mine)).toEqual(answer);
});

test('nobody writes those of another tenant, nor takes one over, nor administers a tenant that is gone', async () => {
  expect(await refused(user('root'), aPlatform(['root'], 'other'))).toEqual(['spec.tenantID']);
  expect(await refused(user('root'), mine, aPlatform(['ada'], 'other'))).toEqual(['spec.tenantID']);
  expect(await refused(user('root'), undefined, aPlatform(['ada'], 'other'))).toEqual(['spec.tenantID']);
  expect(await refused({ ...user('root'), groups: ['tenant:t', 'tenant:other'] }, mine)).toEqual(['spec.tenantID']);
  expect(await refused(user('gus', 'gone'), aPlatform(['gus'], 'gone'))).toEqual(notHis);
});

test('a tenant that is not there is a warning', async () => {
  const warnings = async (tenantID?: string) => {
    const request = { operation: 'CREATE', userInfo: operator, object: aPlatform(['eve'], tenantID) };
    return (await admission.validate!(request as unknown as AdmissionRequest<Platform>)).warnings;
  };
  expect(await warnings('t')).toEqual([]);
  expect(await warnings('gone')).toEqual([
    'spec.tenantID: IdentityProvider gone does not exist; until it does, the object is worth nothing',
  ]);
  expect(await warnings()).toEqual([
    'spec.tenantID is empty: until it names an IdentityProvider, the object is worth nothing',
  ]);
});

test('the tenant is filled in: the one it had, else that of the caller', () => {
  const filled = (by: AdmissionUser, object: unknown, oldObject?: Platform) =>
    (
      admission.default!({ userInfo: by, object, oldObject } as unknown as AdmissionRequest<Platform>) as
        Platform | undefined
    )?.spec;
  expect(filled(user('root'), aPlatform(['eve']))).toEqual({ administrators: ['eve'], tenantID: 't' });
  expect(filled(operator, aPlatform([]), mine)).toMatchObject({ tenantID: 't' });
  expect(filled(operator, aPlatform([]))).toBeUndefined();
  expect(filled(user('root'), mine)).toBeUndefined();
  expect(filled(user('root'), { metadata: {} })).toBeUndefined();
});
