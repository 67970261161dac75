import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PeerCertificate, TLSSocket } from 'node:tls';

import { describe, expect, jest, test } from '@jest/globals';

import { coreKinds } from '@tke/meta';
import { createCa, issueCertificate, type CertificateAndKey } from '@tke/pki';
import { FakeClock, systemClock } from '@tke/time';

import { clientOf, temporaryFolder } from '../testing/client.ts';
import { json, refuse, ScriptedServer } from '../testing/scripted-server.ts';

jest.setTimeout(30_000);

const { configMap } = coreKinds;
const key = { namespace: 'a', name: 'b' };
const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: key };

describe('a token file', () => {
  async function withToken(accepted: { token: string }) {
    const folder = await temporaryFolder();
    const tokenFile = join(folder.path, 'token');
    await writeFile(tokenFile, 'first\n');
    const server = await ScriptedServer.start(({ headers }, response) =>
      headers.authorization === `Bearer ${accepted.token}`
        ? json(response, object)
        : refuse(response, 401, 'Unauthorized'),
    );
    const clock = new FakeClock();
    const client = await clientOf(server, { user: { tokenFile }, options: { clock } });
    return {
      clock,
      client,
      server,
      tokenFile,
      [Symbol.asyncDispose]: async () => {
        await client.close();
        await server[Symbol.asyncDispose]();
        await folder[Symbol.asyncDispose]();
      },
    };
  }

  test('is read again when the server refuses the token, and the request repeated', async () => {
    const accepted = { token: 'first' };
    await using it = await withToken(accepted);
    await it.client.get(configMap, key);
    accepted.token = 'second';
    await writeFile(it.tokenFile, 'second\n');
    await expect(it.client.create(configMap, object)).resolves.toEqual(object);
    expect(it.server.requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer first',
      'Bearer first',
      'Bearer second',
    ]);
    expect(it.server.requests[2]?.body).toBe(JSON.stringify(object));
  });

  test('that still holds the refused token means the refusal, once', async () => {
    await using it = await withToken({ token: 'other' });
    await expect(it.client.get(configMap, key)).rejects.toMatchObject({ code: 'Unauthorized', class: 'Retryable' });
    expect(it.server.requests).toHaveLength(1);
  });

  test('is read again after a minute', async () => {
    const accepted = { token: 'first' };
    await using it = await withToken(accepted);
    await it.client.get(configMap, key);
    await writeFile(it.tokenFile, 'second');
    await it.clock.advance(59_000);
    await it.client.get(configMap, key);
    accepted.token = 'second';
    await it.clock.advance(1_000);
    await it.client.get(configMap, key);
    expect(it.server.requests.map(({ headers }) => headers.authorization).at(-1)).toBe('Bearer second');
    expect(it.server.requests).toHaveLength(3);
  });

  test('that is gone for a while leaves the old token in use', async () => {
    await using it = await withToken({ token: 'first' });
    await it.client.get(configMap, key);
    await rm(it.tokenFile);
    await it.clock.advance(60_000);
    await expect(it.client.get(configMap, key)).resolves.toEqual(object);
  });

  test('that was never there is named', async () => {
    await using it = await withToken({ token: 'first' });
    await rm(it.tokenFile);
    await expect(it.client.get(configMap, key)).rejects.toMatchObject({
      code: 'CredentialFailed',
      message: expect.stringContaining(it.tokenFile),
    });
  });
});

test('a user name and password are sent as Basic', async () => {
  await using server = await ScriptedServer.start((_, response) => json(response, object));
  await using client = await clientOf(server, { user: { username: 'alice', password: 'pä:ss' } });
  await client.get(configMap, key);
  const [, value = ''] = server.requests[0]?.headers.authorization?.split(' ') ?? [];
  expect(Buffer.from(value, 'base64').toString()).toBe('alice:pä:ss');
});

describe('certificates', () => {
  const clock = systemClock;

  async function secureServer(ca: CertificateAndKey, serverCa = ca) {
    const serving = await issueCertificate({
      ca: serverCa,
      commonName: 'server',
      ips: ['127.0.0.1'],
      usages: ['server'],
      clock,
    });
    const seen: string[] = [];
    const tls = {
      cert: serving.certPem,
      key: serving.keyPem,
      ca: ca.certPem,
      requestCert: true,
      rejectUnauthorized: false,
    };
    const server = await ScriptedServer.start((_, response) => {
      const { subject } = (response.socket as TLSSocket).getPeerCertificate() as Partial<PeerCertificate>;
      seen.push(String(subject?.CN));
      json(response, object);
    }, tls);
    return Object.assign(server, { seen });
  }

  const clientCertificate = (ca: CertificateAndKey, commonName: string) =>
    issueCertificate({ ca, commonName, usages: ['client'], clock });

  async function replace(path: string, text: string): Promise<void> {
    await writeFile(`${path}.new`, text);
    await rename(`${path}.new`, path);
  }

  test('in files that change are used for new connections; what is in flight goes on', async () => {
    const ca = await createCa({ commonName: 'ca', clock });
    await using server = await secureServer(ca);
    await using folder = await temporaryFolder();
    const cert = join(folder.path, 'cert.pem');
    const keyFile = join(folder.path, 'key.pem');
    const first = await clientCertificate(ca, 'first');
    await writeFile(cert, first.certPem);
    await writeFile(keyFile, first.keyPem);
    const fake = new FakeClock();
    await using client = await clientOf(server, {
      cluster: { 'certificate-authority-data': Buffer.from(ca.certPem).toString('base64') },
      user: { 'client-certificate': cert, 'client-key': keyFile },
      options: { clock: fake },
    });
    await client.get(configMap, key);

    const second = await clientCertificate(ca, 'second');
    await replace(cert, second.certPem);
    await fake.advance(60_000);
    // The key is still the old one: the pair does not fit, the old pair stays.
    await client.get(configMap, key);
    await replace(keyFile, second.keyPem);
    await client.get(configMap, key);
    await client.get(configMap, key);
    expect(server.seen).toEqual(['first', 'first', 'second', 'second']);
    expect(server.connections).toBeLessThanOrEqual(4);
  });

  test('of the server are checked against the CA of the kubeconfig, also when its file changes', async () => {
    const [oldCa, newCa] = await Promise.all(['old', 'new'].map((commonName) => createCa({ commonName, clock })));
    await using server = await secureServer(oldCa!, newCa);
    await using folder = await temporaryFolder();
    const caFile = join(folder.path, 'ca.pem');
    await writeFile(caFile, oldCa!.certPem);
    const fake = new FakeClock();
    await using client = await clientOf(server, {
      cluster: { 'certificate-authority': caFile },
      options: { clock: fake },
    });
    await expect(client.get(configMap, key)).rejects.toMatchObject({ code: 'CertificateRejected', class: 'Retryable' });
    await replace(caFile, newCa!.certPem);
    await fake.advance(60_000);
    await expect(client.get(configMap, key)).resolves.toEqual(object);
  });

  test.each([
    ['tls-server-name', { 'tls-server-name': 'wrong.example' }, 'CertificateRejected'],
    [
      'insecure-skip-tls-verify',
      { 'insecure-skip-tls-verify': true, 'certificate-authority-data': undefined },
      undefined,
    ],
    ['no CA', { 'certificate-authority-data': undefined }, 'CertificateRejected'],
  ])('are judged by %s', async (_, cluster, code) => {
    const ca = await createCa({ commonName: 'ca', clock });
    await using server = await secureServer(ca);
    const data = Buffer.from(ca.certPem).toString('base64');
    await using client = await clientOf(server, { cluster: { 'certificate-authority-data': data, ...cluster } });
    const call = client.get(configMap, key);
    await (code === undefined ? expect(call).resolves.toEqual(object) : expect(call).rejects.toMatchObject({ code }));
  });

  test('and keys that do not belong together are said to', async () => {
    const ca = await createCa({ commonName: 'ca', clock });
    const [a, b] = await Promise.all(['a', 'b'].map((name) => clientCertificate(ca, name)));
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    await using client = await clientOf(
      { url: 'https://127.0.0.1:1' },
      { user: { 'client-certificate-data': base64(a!.certPem), 'client-key-data': base64(b!.keyPem) } },
    );
    await expect(client.get(configMap, key)).rejects.toMatchObject({
      code: 'CredentialFailed',
      message: expect.stringContaining('do not work together'),
    });
  });
});
