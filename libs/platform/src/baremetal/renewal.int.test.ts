import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';

import { clusterCredential, type Cluster } from '@tke/api-platform';
import { waitFor } from '@tke/envtest';
import { coreKinds } from '@tke/meta';
import { certificateInfo, createCa, issueCertificate } from '@tke/pki';
import { systemClock as clock } from '@tke/time';

import type { AdminCredential } from '../build/scope.ts';
import { condition, namespace, PlatformHub } from './testing/platform-hub.ts';
import { failsForUser, succeeds, waits } from './testing/script.ts';

jest.setTimeout(600_000);

const dayMs = 86_400_000;
const step = 'EnsureRenewCerts';
let hub: PlatformHub;
let last = 0;

beforeAll(async () => {
  hub = await PlatformHub.start();
  await hub.startManager();
});
afterAll(() => hub.stop());
afterEach(() => {
  hub.renew.runs.length = 0;
  hub.renew.on(step, succeeds).on('EnsureStoreCredential', succeeds);
});

/** A cluster that is Ready, whose credential was issued so many days ago. */
async function built(days: number): Promise<string> {
  const name = `cls-renew${++last}`;
  hub.create.on('EnsureStoreCredential', async (_attempt, scope) => {
    await scope.saveCredential(await hub.credential(days * dayMs));
    return undefined;
  });
  await hub.addCluster(name, { version: '' });
  await hub.untilReason(name, 'Succeeded');
  return name;
}

/** The step gives the cluster this credential. */
function renewsTo(credential: AdminCredential): void {
  hub.renew.on('EnsureStoreCredential', async (_attempt, scope) => {
    await scope.saveCredential(credential);
    return undefined;
  });
}

const ask = (name: string, time: string) =>
  hub.edit(name, { metadata: { annotations: { 'platform.tkestack.io/renew-certificates': time } } });
const renewed = (object: Cluster) => condition(object, 'CertificatesRenewed');
const untilRenewal = (name: string, reason: string) =>
  hub.until(name, `says ${reason}`, (object) => renewed(object)?.reason === reason);

async function certificateIn(name: string): Promise<string> {
  const { data } = await hub.admin.get(coreKinds.secret, { namespace, name: `${name}-admin` });
  return Buffer.from(data?.['tls.crt'] ?? '', 'base64').toString();
}

test('a credential of which a third is left is renewed, once, and the ClusterCredential says when it ends', async () => {
  const fresh = await hub.credential();
  renewsTo(fresh);
  const name = await built(245);
  const before = await hub.get(name);
  const after = await untilRenewal(name, 'Renewed');
  expect(after.status?.plan).toMatchObject({ operation: 'Renew', completed: 2, total: 2 });
  expect(after.status?.certificatesRenewedAt).toBe(after.status?.plan?.startedAt);
  expect(after.status?.builtVersion).toBe(before.status?.builtVersion);
  expect(condition(after, 'Ready')?.status).toBe('True');
  expect(await certificateIn(name)).toBe(fresh.certificate);
  const expiresAt = `${new Date(certificateInfo(fresh.certificate).notAfter).toISOString().slice(0, 19)}Z`;
  await waitFor(
    async () => {
      const { status } = await hub.admin.get(clusterCredential, { name: `cc-${name}` });
      expect(status?.expiresAt).toBe(expiresAt);
      return true;
    },
    { description: 'the end of the credential', timeoutMs: 30_000 },
  );
  await hub.until(name, 'knows its new certificate', ({ status }) => {
    const client = status?.certificates?.find((each) => each.name === 'client');
    return client?.notAfter === expiresAt;
  });
  expect(hub.renew.runs).toEqual([`${step}#1`, 'EnsureStoreCredential#1']);
});

test('one of which more is left is not', async () => {
  const name = await built(240);
  const object = await hub.until(name, 'lists it', ({ status }) => (status?.certificates ?? []).length > 0);
  expect(renewed(object)).toBeUndefined();
  expect(hub.renew.runs).toEqual([]);
});

test('what fails is a condition with a remedy; the cluster is Ready all the time, and the renewal goes on when told to', async () => {
  hub.renew.on(step, failsForUser('the disk is full'));
  const name = await built(0);
  const before = await certificateIn(name);
  hub.events.length = 0;
  await ask(name, new Date().toISOString());
  const failed = await untilRenewal(name, 'HostTooSmall');
  expect(renewed(failed)).toMatchObject({
    status: 'False',
    message: expect.stringMatching(/disk is full.*Take a larger/s),
  });
  expect(failed.status).toMatchObject({ step: `1/2 ${step}`, phase: 'Running' });
  expect(condition(failed, 'Ready')?.status).toBe('True');
  expect(await certificateIn(name)).toBe(before);
  hub.renew.on(step, waits('etcd is not ready yet'));
  await hub.retry(name, 'go on');
  expect(renewed(await untilRenewal(name, 'Renewing'))?.message).toContain('etcd is not ready yet');
  hub.renew.on(step, succeeds);
  expect((await untilRenewal(name, 'Renewed')).status).not.toHaveProperty('step');
  expect(hub.events.filter(({ type }) => type === 'Warning')).toEqual([]);
});

test('a new credential that does not open the cluster does not take the place of the one that does', async () => {
  const ca = await createCa({ commonName: 'another', clock });
  const stranger = await issueCertificate({ ca, commonName: 'tke:platform', usages: ['client'], clock });
  const good = await hub.credential();
  const name = await built(0);
  const before = await certificateIn(name);
  renewsTo({ ...good, certificate: stranger.certPem, key: stranger.keyPem });
  await ask(name, new Date().toISOString());
  const refused = await untilRenewal(name, 'CredentialRefused');
  expect(renewed(refused)?.message).toContain(`does not open cluster ${name}`);
  expect(await certificateIn(name)).toBe(before);
  expect(condition(refused, 'Ready')?.status).toBe('True');
  renewsTo(good);
  await hub.retry(name, 'again');
  await untilRenewal(name, 'Renewed');
  expect(await certificateIn(name)).toBe(good.certificate);
});

test('the annotation is a time: one to come is waited for, what is none is told', async () => {
  const name = await built(0);
  await ask(name, 'tomorrow');
  expect(renewed(await untilRenewal(name, 'RenewalTimeInvalid'))?.message).toContain('"tomorrow"');
  expect(hub.renew.runs).toEqual([]);
  const soon = Date.now() + 3000;
  await ask(name, new Date(soon).toISOString());
  const { status } = await untilRenewal(name, 'Renewed');
  expect(Date.parse(status?.certificatesRenewedAt ?? '')).toBeGreaterThanOrEqual(soon);
});

test('what was wrong with a time is not told any more once it is corrected', async () => {
  const name = await built(0);
  await ask(name, 'tomorrow');
  await untilRenewal(name, 'RenewalTimeInvalid');
  await ask(name, '2001-01-01T00:00:00Z');
  await hub.until(name, 'says nothing', (object) => renewed(object) === undefined);
});

test('central authorization that is not set up keeps nothing from being renewed', async () => {
  const name = await built(0);
  await hub.edit(name, { spec: { features: { authzWebhookAddr: { builtin: {} } } } });
  await ask(name, new Date().toISOString());
  await untilRenewal(name, 'Renewed');
});
