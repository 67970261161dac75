import { execFileSync } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { CompactEncrypt } from 'jose';

import type { NamespaceCredential } from '@tke/api-business';
import { KubeApiError, type Client } from '@tke/kube-client';

import { obtainCredential, type WantedCredential } from './obtain.ts';

jest.setTimeout(60_000);

type Status = NonNullable<NamespaceCredential['status']>;
type Answer = (asked: NamespaceCredential) => Promise<Partial<Status>>;

const openssl = (input: string, ...args: string[]) =>
  execFileSync('openssl', args, { input, encoding: 'utf8', stdio: 'pipe' });
const publicKeyOf = (request: string) => createPublicKey(openssl(request, 'req', '-noout', '-pubkey'));
const groups = ['tenant:t', 'project:prj-a', 'cluster:cls-1', 'namespace:shop'];
const expiresAt = '2026-12-24T00:00:00Z';
const kubeconfig = (user: object) => JSON.stringify({ kind: 'Config', users: [{ name: 'carol', user }] });
const ready = (reason: string, message: string) => [
  { type: 'Ready', status: 'False' as const, reason, message, lastTransitionTime: '', observedGeneration: 1 },
];

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tke-obtain-'));
  file = join(folder, 'k');
});
afterEach(() => rm(folder, { recursive: true }));

/** A hub on which the caller is known by `callerGroups`, has one Namespace, and is answered at the second look, or at another one. */
function hub(answer: Answer, callerGroups = ['tenant:t'], deletion = () => Promise.resolve(), look = 2) {
  const seen: { asked?: NamespaceCredential; deleted: string[] } = { deleted: [] };
  let looks = 0;
  const userInfo = { username: 'carol', groups: callerGroups };
  const client = {
    request: () => Promise.resolve({ status: { userInfo } }),
    create: (_kind: unknown, object: NamespaceCredential) => {
      seen.asked = { ...object, metadata: { ...object.metadata, name: 'kubectl-tke-x' } };
      return Promise.resolve(seen.asked);
    },
    get: async ({ kind }: { kind: string }, { name, namespace }: { name: string; namespace: string }) => {
      if (kind === 'NamespaceCredential') {
        return { ...seen.asked!, status: ++looks < look ? {} : await answer(seen.asked!) };
      }
      if (`${namespace}/${name}` !== 'prj-a/cls-1-shop') {
        throw new KubeApiError({ method: 'GET', path: '/' }, 404, { reason: 'NotFound' });
      }
      return { metadata: { name }, spec: { clusterName: 'cls-1', namespace: 'shop' } };
    },
    delete: (_kind: unknown, { name }: { name: string }) => {
      seen.deleted.push(name);
      return deletion();
    },
  } as unknown as Client;
  return { client, seen };
}

const wanted = (part: Partial<WantedCredential> = {}): WantedCredential => ({
  ...{ project: 'prj-a', namespace: 'cls-1-shop', type: 'Certificate', days: undefined, file },
  ...part,
});
const patience = { signal: new AbortController().signal, limitMs: 30_000 };
const issued = (fields: Partial<Status>): Partial<Status> => ({
  ...{ phase: 'Issued', finishedAt: expiresAt, expiresAt, ...fields },
});
const certificate = () =>
  Promise.resolve(issued({ kubeconfig: kubeconfig({ 'client-certificate-data': 'UEVN', 'client-key': 'shop.key' }) }));

async function written(): Promise<Record<string, unknown>> {
  const { users } = JSON.parse(await readFile(file, 'utf8')) as { users: { user: Record<string, unknown> }[] };
  return users[0]!.user;
}

describe('a credential', () => {
  test('by certificate is asked for by the caller, with a key that goes into the file and nowhere else', async () => {
    const { client, seen } = hub(certificate);
    const { holder } = await obtainCredential(client, wanted({ days: 7 }), patience);
    expect(holder).toMatchObject({ username: 'carol', cluster: 'cls-1', namespace: 'shop' });
    const { metadata, spec } = seen.asked!;
    expect(metadata.namespace).toBe('prj-a');
    expect(spec).toMatchObject({ tenantID: 't', username: 'carol', namespace: 'cls-1-shop', validDays: 7 });
    const subject = openssl(spec.request, 'req', '-verify', '-noout', '-subject', '-nameopt', 'sep_multiline');
    const expected = [...groups.map((group) => `O=${group}`), 'CN=carol'];
    expect(subject.split('\n').map((line) => line.trim())).toEqual(expect.arrayContaining(expected));

    const user = await written();
    expect(user).toEqual({ 'client-certificate-data': 'UEVN', 'client-key-data': expect.any(String) });
    const key = Buffer.from(user['client-key-data'] as string, 'base64').toString();
    expect(createPublicKey(key).equals(publicKeyOf(spec.request))).toBe(true);
    expect(JSON.stringify(seen.asked)).not.toContain('PRIVATE KEY');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(seen.deleted).toEqual([]);
  });

  test('by token is decrypted here, and names as whom it acts', async () => {
    const { client } = hub(async ({ spec }) => {
      const text = new TextEncoder().encode('the-token');
      const header = { alg: 'ECDH-ES+A256KW', enc: 'A256GCM' };
      const encryptedToken = await new CompactEncrypt(text)
        .setProtectedHeader(header)
        .encrypt(publicKeyOf(spec.request));
      const user = { tokenFile: 'shop.token', as: 'carol', 'as-groups': groups };
      return issued({ encryptedToken, kubeconfig: kubeconfig(user) });
    });
    await obtainCredential(client, wanted({ type: 'Token' }), patience);
    expect(await written()).toEqual({ token: 'the-token', as: 'carol', 'as-groups': groups });
  });

  test('brings no program along that would run here', async () => {
    const user = { 'client-certificate-data': 'UEVN', exec: { command: 'x' }, 'auth-provider': {} };
    const { client } = hub(() => Promise.resolve(issued({ kubeconfig: kubeconfig(user) })));
    await obtainCredential(client, wanted(), patience);
    expect(Object.keys(await written())).toEqual(['client-certificate-data', 'client-key-data']);
  });
});

describe('without an answer that can be used, no file stays', () => {
  afterEach(async () => {
    expect(await readdir(folder)).toEqual([]);
  });

  test('when it is refused: the reason is told', async () => {
    const conditions = ready('CertificateNotSigned', 'the cluster has not signed');
    const { client } = hub(() => Promise.resolve({ phase: 'Failed', finishedAt: expiresAt, conditions }));
    await expect(obtainCredential(client, wanted(), patience)).rejects.toMatchObject({
      code: 'NamespaceCredentialFailed',
      message: expect.stringContaining('CertificateNotSigned: the cluster has not signed'),
    });
  });

  test('when it takes too long: it is withdrawn, and what it waited for is told', async () => {
    const conditions = ready('WaitingForNamespace', 'waiting for Namespace cls-1-shop');
    const { client, seen } = hub(() => Promise.resolve({ conditions }), undefined, undefined, 1);
    await expect(obtainCredential(client, wanted(), { ...patience, limitMs: 250 })).rejects.toMatchObject({
      code: 'CredentialNotAnswered',
      message: expect.stringContaining('WaitingForNamespace: waiting for Namespace cls-1-shop'),
    });
    expect(seen.deleted).toEqual(['kubectl-tke-x']);
  });

  test('when somebody interrupts: it is withdrawn', async () => {
    const interrupted = new AbortController();
    const { client, seen } = hub(() => {
      interrupted.abort(new Error('interrupted'));
      return Promise.resolve({});
    });
    const { signal } = interrupted;
    await expect(obtainCredential(client, wanted(), { ...patience, signal })).rejects.toMatchObject({
      code: 'CredentialNotAnswered',
      message: expect.stringContaining('interrupted'),
    });
    expect(seen.deleted).toEqual(['kubectl-tke-x']);
  });

  test('when it cannot be decrypted: it is withdrawn', async () => {
    const user = { tokenFile: 'shop.token' };
    const unreadable = issued({ encryptedToken: 'x.x.x.x.x', kubeconfig: kubeconfig(user) });
    const { client, seen } = hub(() => Promise.resolve(unreadable));
    await expect(obtainCredential(client, wanted({ type: 'Token' }), patience)).rejects.toMatchObject({
      code: 'TokenNotOpened',
    });
    expect(seen.deleted).toEqual(['kubectl-tke-x']);
  });

  test('when the disk is full: it is withdrawn', async () => {
    await using some = await open(import.meta.filename);
    const full = new Error('ENOSPC: no space left on device');
    const write = jest.spyOn(Object.getPrototypeOf(some) as typeof some, 'writeFile').mockRejectedValue(full);
    const { client, seen } = hub(certificate);
    await expect(obtainCredential(client, wanted(), patience)).rejects.toMatchObject({
      code: 'FileNotWritable',
      message: `${file} cannot be written: ${full.message}`,
    });
    write.mockRestore();
    expect(seen.deleted).toEqual(['kubectl-tke-x']);
  });

  test('when it cannot be withdrawn: what is left behind is told, and how to delete it', async () => {
    const failure = (status: number, reason: string) => () =>
      Promise.reject(new KubeApiError({ method: 'DELETE', path: '/' }, status, { reason }));
    const asked = (deletion: () => Promise<void>) =>
      obtainCredential(hub(() => Promise.resolve({}), ['tenant:t'], deletion).client, wanted(), {
        ...patience,
        limitMs: 250,
      });
    await expect(asked(failure(403, 'Forbidden'))).rejects.toMatchObject({
      code: 'CredentialNotWithdrawn',
      message: expect.stringMatching(
        /not answered within 0.25 s.*NamespaceCredential prj-a\/kubectl-tke-x is left behind/,
      ),
      remedy: 'Delete it: kubectl -n prj-a delete namespacecredentials kubectl-tke-x',
    });
    await expect(asked(failure(404, 'NotFound'))).rejects.toMatchObject({ code: 'CredentialNotAnswered' });
  });

  test.each([
    ['the Namespace is unknown', { namespace: 'cls-1-other' }, ['tenant:t'], 'NamespaceNotFound'],
    ['the caller is of no tenant', {}, ['system:masters'], 'CallerWithoutTenant'],
  ])('when %s: nothing is asked for', async (_what, part, callerGroups, code) => {
    const { client, seen } = hub(certificate, callerGroups);
    await expect(obtainCredential(client, wanted(part), patience)).rejects.toMatchObject({ code });
    expect(seen.asked).toBeUndefined();
  });
});

test('a file that is there is kept, and nothing is asked for', async () => {
  await writeFile(file, 'the only copy of a key');
  const { client, seen } = hub(certificate);
  await expect(obtainCredential(client, wanted(), patience)).rejects.toMatchObject({ code: 'FileNotWritable' });
  expect(await readFile(file, 'utf8')).toBe('the only copy of a key');
  expect(seen.asked).toBeUndefined();
});
