import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import {
  businessNamespace,
  namespaceCredential,
  type BusinessNamespace,
  type NamespaceCredential,
} from '@tke/api-business';
import { cluster, type Cluster } from '@tke/api-platform';
import { ControlPlane, waitFor } from '@tke/envtest';
import { connect, isNotFound, type Client } from '@tke/kube-client';
import { discardLogger } from '@tke/log';
import type { Kind } from '@tke/meta';

import { BusinessHub, conditionOf, newNamespace } from '../testing/business-hub.ts';
import { addCredentialController } from './credential-controller.ts';
import { groupsOf, openssl, type CredentialHolder } from './holder.ts';
import { certificateSigningRequest, type CertificateSigningRequest } from './member-kinds.ts';
import { nameInMember } from './names.ts';
import { credentialPermissions } from './permissions.ts';

const waitMs = 120_000;
// More than all that a test waits for.
const timeoutMs = 1_800_000;
/** Signs by itself, as clusters do. */
const signing = 'cls-1';
/** Has nobody who signs but this test. */
const silent = 'cls-silent';
const kind: Kind<NamespaceCredential> = namespaceCredential;
const holder: CredentialHolder = {
  ...{ username: 'carol', tenantID: 'default', project: 'prj-a', cluster: signing, namespace: 'shop' },
};
const silently = { ...holder, cluster: silent };

let hub: BusinessHub;
let silentPlane: ControlPlane;
let members: Readonly<Record<string, Client>>;
let folder: string;
let requests: Readonly<Record<string, string>>;
/** Of managers that start from now on. Long, as a signer may have no core for a while. */
let signingMs = 600_000;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tke-credential-'));
  // The key of the last one stays in the folder.
  requests = { [silent]: requestOf(silently), [signing]: requestOf(holder) };
  hub = await BusinessHub.start({
    controllers: [
      (manager, deps) => {
        deps.cache.informer<BusinessNamespace>(businessNamespace);
        deps.cache.informer<Cluster>(cluster);
        addCredentialController(manager, deps, { signingMs });
      },
    ],
    permissions: credentialPermissions,
  });
  await hub.addMember(signing, 'default');
  silentPlane = await ControlPlane.start();
  await hub.addCluster(silent, 'default', silentPlane);
  const admin = { kubeconfig: silentPlane.kubeconfigPath, userAgent: 'credential-test/1', logger: discardLogger };
  members = { [signing]: hub.member(signing), [silent]: await connect(admin) };
  await newNamespace(hub.admin, 'prj-a');
  await Promise.all([signing, silent].map((cluster) => aNamespace(cluster, 'shop')));
  await hub.startManager();
}, timeoutMs);

afterAll(async () => {
  await members[silent]?.close();
  await hub.stop();
  await silentPlane.stop();
  await rm(folder, { recursive: true, force: true });
}, timeoutMs);

async function aNamespace(clusterName: string, namespace: string, isThere = true): Promise<void> {
  const metadata = { namespace: 'prj-a', name: `${clusterName}-${namespace}` };
  const spec = { tenantID: 'default', clusterName, namespace };
  await hub.apply({ apiVersion: 'business.tkestack.io/v1', kind: 'Namespace', metadata, spec } as BusinessNamespace);
  const body = { status: { memberUID: isThere ? 'seen' : null } };
  await hub.admin.patch(businessNamespace, metadata, { type: 'merge', body }, { subresource: 'status' });
}

/** What the command that users are told makes. */
function requestOf(of: CredentialHolder): string {
  execFileSync('sh', ['-c', openssl(of)], { cwd: folder, stdio: 'ignore' });
  return execFileSync('cat', [join(folder, `${of.namespace}.csr`)], { encoding: 'utf8' });
}

let last = 0;

async function ask(of: string, spec: Partial<NamespaceCredential['spec']> = {}): Promise<NamespaceCredential> {
  const metadata = { namespace: 'prj-a', name: `ask-${(++last).toString()}` };
  const filled = { tenantID: 'default', username: 'carol', namespace: `${of}-shop`, request: requests[of]!, ...spec };
  const apiVersion = 'business.tkestack.io/v1';
  return hub.admin.create(kind, { apiVersion, kind: kind.kind, metadata, spec: filled });
}

/** Signs something in place of what is asked. */
async function forge(object: NamespaceCredential, request: string): Promise<void> {
  const key = { name: nameInMember(object.metadata.uid!) };
  const approved = async () => {
    const csr = await members[silent]!.get(certificateSigningRequest, key);
    return csr.status?.conditions?.some(({ type }) => type === 'Approved');
  };
  await waitFor(approved, { description: 'the request is approved', timeoutMs: waitMs, intervalMs: 10 });
  const { certPem, keyPem } = silentPlane.pki.ca;
  for (const [file, text] of Object.entries({ 'ca.crt': certPem, 'ca.key': keyPem, 'to-sign.csr': request })) {
    await writeFile(join(folder, file), text, { mode: 0o600 });
  }
  const args = ['x509', '-req', '-in', 'to-sign.csr', '-CA', 'ca.crt', '-CAkey', 'ca.key', '-days', '7'];
  const pem = execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] });
  const body = { status: { certificate: pem.toString('base64') } };
  await members[silent]!.patch(certificateSigningRequest, key, { type: 'merge', body }, { subresource: 'status' });
}

const answered = (object: NamespaceCredential, reason: string) => hub.untilReason(kind, object, reason);
const requestsIn = async (cluster: string) =>
  (await members[cluster]!.list<CertificateSigningRequest>(certificateSigningRequest)).items;

describe('a request for a certificate', () => {
  test(
    'is signed by the member, and who holds the key is known there as what it says',
    async () => {
      const object = await ask(signing, { validDays: 30 });
      const { status, metadata } = await answered(object, 'Succeeded');
      expect(status).toMatchObject({ phase: 'Issued', certificate: expect.stringContaining('BEGIN CERTIFICATE') });
      const days = (Date.parse(status!.expiresAt!) - Date.now()) / 86_400_000;
      expect(days).toBeCloseTo(30, 1);
      expect(JSON.stringify({ status, metadata })).not.toContain('PRIVATE KEY');
      expect(await requestsIn(signing)).toEqual([]);

      const path = join(folder, 'kubeconfig');
      await writeFile(path, status!.kubeconfig!);
      const carol = await connect({ kubeconfig: path, userAgent: 'carol/1', logger: discardLogger });
      const review = await carol.request({
        method: 'POST',
        path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
        body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
      });
      await carol.close();
      expect(review).toMatchObject({
        status: { userInfo: { username: 'carol', groups: expect.arrayContaining([...groupsOf(holder)]) } },
      });
    },
    timeoutMs,
  );

  test(
    'asks for as long as it says, and for nothing but to be a client',
    async () => {
      const object = await ask(silent, { validDays: 30 });
      const asked = async () => (await requestsIn(silent))[0];
      const found = await waitFor(asked, { description: 'the request', timeoutMs: waitMs, intervalMs: 10 });
      expect(found.spec).toMatchObject({
        signerName: 'kubernetes.io/kube-apiserver-client',
        usages: ['client auth', 'digital signature'],
        expirationSeconds: 30 * 86_400,
      });
      // Nobody signs it.
      await hub.stopManager();
      signingMs = 2_000;
      try {
        await hub.startManager();
        await answered(object, 'CertificateNotSigned');
      } finally {
        await hub.stopManager();
        signingMs = 600_000;
        await hub.startManager();
      }
      expect(await requestsIn(silent)).toEqual([]);
    },
    timeoutMs,
  );

  test(
    'for another subject ends with the command that makes it right',
    async () => {
      const request = requestOf({ ...holder, username: 'admin' });
      const failed = await answered(await ask(signing, { request }), 'CertificateRequestInvalid');
      expect(failed.status).toMatchObject({ phase: 'Failed', finishedAt: expect.any(String) });
      expect(conditionOf(failed, 'Stalled')?.message).toContain(openssl(holder));
      expect(await requestsIn(signing)).toEqual([]);
    },
    timeoutMs,
  );

  test(
    'is not answered with a certificate that says something else',
    async () => {
      const object = await ask(silent);
      await forge(object, requestOf({ ...silently, username: 'dave' }));
      expect((await answered(object, 'CertificateNotAsAsked')).status).not.toHaveProperty('certificate');
      expect(await requestsIn(silent)).toEqual([]);
    },
    timeoutMs,
  );

  test(
    'of a system user is refused, whoever wrote it',
    async () => {
      await answered(await ask(silent, { username: 'system:admin' }), 'CredentialIncomplete');
      expect(await requestsIn(silent)).toEqual([]);
    },
    timeoutMs,
  );

  test.each<[string, () => string, number]>([
    ['somebody else', () => requestOf({ ...silently, username: 'kubernetes-admin' }), 365 * 86_400],
    ['the same, but for longer', () => requests[silent]!, 3650 * 86_400],
  ])(
    'does not approve what somebody asked for under its name: %s',
    async (_what, forged, expirationSeconds) => {
      await hub.stopManager();
      const object = await ask(silent);
      const key = { name: nameInMember(object.metadata.uid!) };
      const request = Buffer.from(forged()).toString('base64');
      await members[silent]!.create(certificateSigningRequest, {
        ...{ apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest', metadata: key },
        spec: {
          request,
          expirationSeconds,
          signerName: 'kubernetes.io/kube-apiserver-client',
          usages: ['client auth', 'digital signature'],
        },
      });
      await hub.startManager();
      await answered(object, 'CertificateRequestTaken');
      expect((await members[silent]!.get(certificateSigningRequest, key)).status ?? {}).toEqual({});
      await members[silent]!.delete(certificateSigningRequest, key);
    },
    timeoutMs,
  );

  test(
    'is not answered while its user has twenty that are older, in that project',
    async () => {
      const asking = { username: 'erin', namespace: 'cls-1-nowhere' };
      const twenty = [];
      for (let count = 0; count < 20; count++) {
        twenty.push(await ask(signing, asking));
      }
      // Which of two of the same second is older, nobody can tell.
      const newest = Date.parse(twenty.at(-1)!.metadata.creationTimestamp!);
      await waitFor(() => Date.now() - newest >= 1_000, { description: 'the next second', timeoutMs: waitMs });
      const failed = await answered(await ask(signing, asking), 'TooManyCredentials');
      expect(conditionOf(failed, 'Stalled')?.message).toContain(
        'user erin has 20 NamespaceCredentials before this one',
      );
      await Promise.all(twenty.map((object) => answered(object, 'WaitingForNamespace')));
      await answered(await ask(signing, { ...asking, username: 'frank' }), 'WaitingForNamespace');
      await hub.remove(kind, twenty[0]!.metadata.name!, 'prj-a');
      await answered(await ask(signing, asking), 'WaitingForNamespace');
    },
    timeoutMs,
  );

  test(
    'waits for its Namespace',
    async () => {
      await aNamespace(signing, 'later', false);
      const object = await ask(signing, {
        namespace: 'cls-1-later',
        request: requestOf({ ...holder, namespace: 'later' }),
      });
      await answered(object, 'WaitingForNamespace');
      await aNamespace(signing, 'later');
      await answered(object, 'Succeeded');
    },
    timeoutMs,
  );

  test(
    'goes some time after it was answered, and is answered once only',
    async () => {
      const object = await ask(signing, { ttlSecondsAfterFinished: 3_600 });
      const { status } = await answered(object, 'Succeeded');
      await hub.stopManager();
      await hub.startManager();
      const isStill = () => hub.admin.get(kind, { namespace: 'prj-a', name: object.metadata.name! });
      await answered(await ask(signing, { username: 'system:x' }), 'CredentialIncomplete');
      expect((await isStill()).status).toEqual(status);
      await hub.stopManager();
      const body = { status: { finishedAt: new Date(Date.now() - 3_601_000).toISOString() } };
      await hub.admin.patch(
        kind,
        { namespace: 'prj-a', name: object.metadata.name! },
        { type: 'merge', body },
        { subresource: 'status' },
      );
      await hub.startManager();
      const isGone = () => isStill().then(() => false, isNotFound);
      await waitFor(isGone, { description: 'it is gone', timeoutMs: waitMs });
    },
    timeoutMs,
  );
});
