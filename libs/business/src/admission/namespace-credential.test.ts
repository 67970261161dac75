import { execFileSync } from 'node:child_process';

import { expect, test } from '@jest/globals';

import type { NamespaceCredential } from '@tke/api-business';
import type { KubeObject } from '@tke/meta';
import { callerTenant } from '@tke/policy';
import type { CacheReader } from '@tke/runtime';
import type { AdmissionRequest, AdmissionUser } from '@tke/webhook';

import { groupsOf } from '../credential/holder.ts';
import { namespaceCredentialAdmission } from './namespace-credential.ts';

const user = (username: string, tenant = 't'): AdmissionUser => ({
  ...{ username, uid: '', groups: [`tenant:${tenant}`], extra: {} },
});
const operator: AdmissionUser = { username: 'kubernetes-admin', uid: '', groups: ['system:masters'], extra: {} };
const component = { ...user('system:serviceaccount:tke-system:x') };

const stored: readonly KubeObject[] = [
  { apiVersion: '', kind: 'Project', metadata: { name: 'prj-a' }, ...{ spec: { tenantID: 't' } } },
  { apiVersion: '', kind: 'Project', metadata: { name: 'prj-other' }, ...{ spec: { tenantID: 'other' } } },
  {
    ...{ apiVersion: '', kind: 'Namespace', metadata: { namespace: 'prj-a', name: 'cls-1-shop' } },
    ...{ spec: { tenantID: 't', clusterName: 'cls-1', namespace: 'shop' } },
  },
];
const cache = {
  list: () => credentials,
  get: ({ kind }: { kind: string }, { name, namespace }: { name: string; namespace?: string }) =>
    stored.find((each) => each.kind === kind && each.metadata.name === name && each.metadata.namespace === namespace),
} as unknown as CacheReader;
/** What there is already, in prj-a. */
let credentials: readonly NamespaceCredential[] = [];
const admission = namespaceCredentialAdmission(cache, callerTenant);

function requestOf(username: string): string {
  const holder = { username, tenantID: 't', project: 'prj-a', cluster: 'cls-1', namespace: 'shop' };
  const subject = [...groupsOf(holder).map((group) => `/O=${group}`), `/CN=${username}`].join('');
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', '/dev/null'];
  return execFileSync('openssl', ['req', '-new', ...key, '-subj', subject], { encoding: 'utf8', stdio: 'pipe' });
}
const carols = requestOf('carol');

type Spec = Partial<NamespaceCredential['spec']>;

const aCredential = (spec: Spec): NamespaceCredential => ({
  ...{ apiVersion: 'business.tkestack.io/v1', kind: 'NamespaceCredential', metadata: { name: 'mine' } },
  spec: { namespace: 'cls-1-shop', request: 'none', ...spec },
});

/** Filled in and then judged, as the API server has it done. */
async function asked(by: AdmissionUser, spec: Spec, namespace = 'prj-a') {
  const common = {
    uid: '1',
    operation: 'CREATE',
    kind: admission.kind,
    name: 'mine',
    namespace,
    userInfo: by,
  } as const;
  const request = (object: NamespaceCredential): AdmissionRequest<NamespaceCredential> => ({
    ...{ ...common, dryRun: false, object },
  });
  const sent = aCredential(spec);
  const object = ((await admission.default!(request(sent))) ?? sent) as NamespaceCredential;
  const { problems, warnings } = await admission.validate!(request(object));
  return { spec: object.spec, problems, fields: problems.map(({ field }) => field), warnings };
}

test('a user asks for himself, and need not say who he is', async () => {
  const answer = await asked(user('carol'), { request: carols });
  expect(answer).toMatchObject({ fields: [], warnings: [], spec: { username: 'carol', tenantID: 't' } });
  expect((await asked(user('carol'), { request: carols, username: 'carol', tenantID: 't' })).fields).toEqual([]);
});

test.each<[string, AdmissionUser, Spec, string, string[]]>([
  ['for somebody else', user('dave'), { username: 'carol', request: carols }, 'prj-a', ['spec.username']],
  ['with the request of somebody else', user('dave'), { request: carols }, 'prj-a', ['spec.request']],
  ['for a token that another could read', user('dave'), { type: 'Token', request: carols }, 'prj-a', ['spec.request']],
  ['as an operator of the platform', operator, { username: 'carol', request: carols }, 'prj-a', ['spec.username']],
  ['as a component', component, { username: component.username, request: carols }, 'prj-a', ['spec.username']],
  ['in a project of another tenant', user('carol'), { request: carols }, 'prj-other', ['metadata.namespace']],
  ['in a namespace of no project', user('carol'), { request: carols }, 'default', ['metadata.namespace']],
  ['in the name of another tenant', user('carol'), { tenantID: 'other', request: carols }, 'prj-a', ['spec.tenantID']],
  ['from another tenant', user('carol', 'other'), { request: carols }, 'prj-a', ['metadata.namespace']],
  ['with something else than a request', user('carol'), { request: 'x' }, 'prj-a', ['spec.request']],
])('nobody asks %s', async (_what, by, spec, namespace, fields) => {
  expect((await asked(by, spec, namespace)).fields).toEqual(fields);
});

test('who asks wrongly is told the command', async () => {
  const { problems } = await asked(user('dave'), { request: carols });
  expect(problems[0]!.rule).toContain(
    'must be CN=dave, O=tenant:t, O=project:prj-a, O=cluster:cls-1, O=namespace:shop',
  );
  expect(problems[0]!.remedy).toContain('openssl req -new');
  expect(problems[0]!.remedy).toContain('/CN=dave');
});

test('nobody has more than twenty at a time in a project, those that failed and those that go not counted', async () => {
  const has = (count: number, status: NonNullable<NamespaceCredential['status']>, metadata: object = {}) =>
    Array.from({ length: count }, (_, index) => {
      const made = aCredential({ username: 'carol' });
      return { ...made, metadata: { ...made.metadata, name: `mine-${index.toString()}`, ...metadata }, status };
    });
  const over = [...has(9, { phase: 'Failed' }), ...has(9, {}, { deletionTimestamp: '2026-01-01T00:00:00Z' })];
  credentials = [...has(19, { phase: 'Issued' }), ...over];
  expect((await asked(user('carol'), { request: carols })).fields).toEqual([]);
  credentials = [...has(20, { phase: 'Issued' }), ...over];
  const { problems } = await asked(user('carol'), { request: carols });
  expect(problems).toMatchObject([{ field: 'spec.username', rule: expect.stringContaining('has 20 Namesp') }]);
  expect((await asked(user('dave'), { request: requestOf('dave') })).fields).toEqual([]);
  credentials = [];
});

test('a Namespace that is still to come is a warning: one apply brings both', async () => {
  expect(await asked(user('carol'), { namespace: 'cls-1-later', request: carols })).toMatchObject({
    fields: [],
    warnings: [expect.stringContaining('cls-1-later of project prj-a does not exist')],
  });
});
