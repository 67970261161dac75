import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import type { AddressInfo } from 'node:net';

import { afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';

import { FakeClock, systemClock } from '@tke/time';

import { certificateInfo, createCa, issueCertificate, type CertificateAndKey } from './index.ts';

jest.setTimeout(60_000);

const dayMs = 86_400_000;
const closers: (() => void)[] = [];
let ca: CertificateAndKey;
let server: CertificateAndKey;
let client: CertificateAndKey;

beforeAll(async () => {
  ca = await createCa({ commonName: 'test ca', clock: systemClock });
  const ips = ['127.0.0.1', '::1'];
  server = await issueCertificate({ ca, commonName: 'server', ips, usages: ['server'], clock: systemClock });
  client = await issueCertificate({
    ca,
    commonName: 'alice',
    organizations: ['tenant:default', 'developers'],
    usages: ['client'],
    clock: systemClock,
  });
});

afterEach(() => {
  closers.splice(0).forEach((close) => close());
});

interface Handshake {
  readonly server?: CertificateAndKey;
  readonly client?: CertificateAndKey;
  readonly trusted?: CertificateAndKey;
  readonly host?: string;
}

/** Shakes hands with a server that demands a client certificate of `ca`; gives what the server saw of the client. */
async function handshake({ server: served = server, client: sent = client, trusted = ca, host }: Handshake) {
  const listener = createServer({
    cert: served.certPem,
    key: served.keyPem,
    ca: ca.certPem,
    requestCert: true,
    // Told apart by hand below: a server that refuses by itself does not say why.
    rejectUnauthorized: false,
  });
  listener.listen(0, '127.0.0.1');
  closers.push(() => listener.close());
  await once(listener, 'listening');
  const peer = new Promise<PeerCertificate>((resolve, reject) => {
    listener.once('secureConnection', (socket: TLSSocket) =>
      socket.authorized ? resolve(socket.getPeerCertificate()) : reject(new Error(String(socket.authorizationError))),
    );
    listener.once('tlsClientError', reject);
  });
  const socket = connect({
    host: '127.0.0.1',
    port: (listener.address() as AddressInfo).port,
    ca: trusted.certPem,
    cert: sent.certPem,
    key: sent.keyPem,
    ...(host === undefined ? {} : { servername: host }),
  });
  closers.push(() => socket.destroy());
  const refused = new Promise<never>((_resolve, reject) => socket.once('error', reject));
  const [seen] = await Promise.race([Promise.all([peer, once(socket, 'secureConnect')]), refused]);
  return seen;
}

describe('certificates', () => {
  test('a leaf is trusted through its CA, and a client certificate carries user and groups', async () => {
    const { subject } = await handshake({});
    expect(subject.CN).toBe('alice');
    expect(subject.O).toEqual(['tenant:default', 'developers']);
  });

  test('a leaf of another CA with the same name is refused', async () => {
    const impostor = await createCa({ commonName: 'test ca', clock: systemClock });
    await expect(handshake({ trusted: impostor })).rejects.toThrow(/certificate/);
  });

  test('old and new CA of one name are trusted side by side, as a rotation needs it', async () => {
    const next = await createCa({ commonName: 'test ca', clock: systemClock });
    const bundle = { certPem: `${next.certPem}${ca.certPem}`, keyPem: '' };
    await expect(handshake({ trusted: bundle })).resolves.toBeDefined();
  });

  test('a leaf is refused for a host that it does not name', async () => {
    await expect(handshake({ host: 'elsewhere.example' })).rejects.toThrow(/altnames/);
  });

  test('an expired certificate is refused', async () => {
    const longAgo = new FakeClock(Date.now() - 10 * dayMs);
    const expired = await issueCertificate({
      ca,
      commonName: 'server',
      ips: ['127.0.0.1'],
      usages: ['server'],
      days: 9,
      clock: longAgo,
    });
    await expect(handshake({ server: expired })).rejects.toThrow(/expired/);
  });

  test('a server certificate does not serve as a client certificate', async () => {
    await expect(handshake({ client: server })).rejects.toThrow('INVALID_PURPOSE');
  });

  test('a certificate is valid five minutes before its issue, for peers whose clock is behind', async () => {
    const clock = new FakeClock(Date.UTC(2026, 4, 1));
    const { certPem } = await issueCertificate({ ca, commonName: 'a', usages: ['client'], days: 30, clock });
    const info = certificateInfo(certPem);
    expect(info.notBefore).toBe(clock.now() - 5 * 60_000);
    expect(info.notAfter).toBe(clock.now() + 30 * dayMs);
  });

  test('dates from 2050 on are encoded', async () => {
    const clock = new FakeClock(Date.UTC(2049, 11, 1));
    const { certPem } = await createCa({ commonName: 'a', days: 365, clock });
    expect(certificateInfo(certPem).notAfter).toBe(clock.now() + 365 * dayMs);
  });

  test('serial numbers differ', async () => {
    const issue = () => issueCertificate({ ca, commonName: 'a', usages: ['client'], clock: systemClock });
    const [first, second] = await Promise.all([issue(), issue()]);
    expect(certificateInfo(first.certPem).serial).not.toBe(certificateInfo(second.certPem).serial);
  });

  test('a CA with an RSA key is refused', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const rsa = { certPem: ca.certPem, keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }) };
    const issue = issueCertificate({ ca: rsa, commonName: 'a', usages: ['client'], clock: systemClock });
    await expect(issue).rejects.toThrow('CA key is of type rsa, only ec is supported');
  });

  test('an address that is none is refused by name', async () => {
    const issue = issueCertificate({ ca, commonName: 'a', ips: ['10.0.0'], usages: ['server'], clock: systemClock });
    await expect(issue).rejects.toThrow('certificate address "10.0.0" is neither IPv4 nor IPv6');
  });
});

describe('certificateInfo', () => {
  test('tells subject, names, serial number and fingerprint', async () => {
    const { certPem } = await issueCertificate({
      ca,
      commonName: 'tke-manager.tke-system.svc',
      organizations: ['system:nodes'],
      dnsNames: ['tke-manager', 'tke-manager.tke-system.svc'],
      ips: ['10.0.0.1', '2001:db8:0:0:0:0:0:5'],
      usages: ['server', 'client'],
      clock: systemClock,
    });
    expect(certificateInfo(certPem)).toMatchObject({
      commonName: 'tke-manager.tke-system.svc',
      organizations: ['system:nodes'],
      dnsNames: ['tke-manager', 'tke-manager.tke-system.svc'],
      ips: ['10.0.0.1', '2001:db8::5'],
      serial: expect.stringMatching(/^[0-9A-F]+$/),
      fingerprint: expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/),
    });
  });

  test('names that Kubernetes uses survive: colons, commas, quotes, other scripts', async () => {
    const commonName = 'system:serviceaccount:ns:a,b="x"+#/\u00e9\u4e16';
    const { certPem } = await issueCertificate({ ca, commonName, usages: ['client'], clock: systemClock });
    expect(certificateInfo(certPem)).toMatchObject({ commonName, organizations: [], dnsNames: [], ips: [] });
  });
});
