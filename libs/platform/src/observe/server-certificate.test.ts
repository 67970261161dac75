import { once } from 'node:events';
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { createServer } from 'node:tls';

import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';

import type { AddressGuard } from '@tke/net';
import { guardAgainst, loopbackLookup } from '@tke/net/testing';
import { certificateInfo, createCa, issueCertificate } from '@tke/pki';
import { FakeClock, systemClock as clock } from '@tke/time';

import { serverCertificateEnd } from './server-certificate.ts';

let server: Server;
let silent: Server;
let notAfter: number;
let connections: number;
beforeAll(async () => {
  const ca = await createCa({ commonName: 'test', clock });
  const pair = await issueCertificate({ ca, commonName: 'member', ips: ['127.0.0.1'], usages: ['server'], clock });
  server = createServer({ cert: pair.certPem, key: pair.keyPem });
  notAfter = certificateInfo(pair.certPem).notAfter;
  silent = createTcpServer();
  for (const each of [server, silent]) {
    each.on('connection', () => (connections += 1));
    each.listen(0, '127.0.0.1');
    await once(each, 'listening');
  }
});
afterAll(() => {
  server.close();
  silent.close();
});
beforeEach(() => {
  connections = 0;
});

const guardOf = (denied: string) => guardAgainst(denied, loopbackLookup);
const at = (hostname: string, listening = server) => ({
  hostname,
  port: String((listening.address() as AddressInfo).port),
});
const { signal } = new AbortController();

// However long the machine stands still, the time for an answer is not over.
const end = (hostname: string, guard?: AddressGuard) =>
  serverCertificateEnd(at(hostname), { guard, clock: new FakeClock(), signal });

test.each([['127.0.0.1'], ['member.example']])('the end of the certificate at %s is found', async (hostname) => {
  expect(await end(hostname, guardOf('169.254.0.0/16'))).toBe(notAfter);
});

test.each([['127.0.0.1'], ['metadata.example'], ['[::ffff:127.0.0.1]'], ['0x7f.1']])(
  '%s is not connected to where that is denied',
  async (hostname) => {
    expect(await end(hostname, guardOf('127.0.0.0/8'))).toBeUndefined();
    expect(connections).toBe(0);
  },
);

test('a server that says nothing is given up', async () => {
  const hasty = new FakeClock();
  const asked = serverCertificateEnd(at('127.0.0.1', silent), { guard: undefined, clock: hasty, signal });
  await once(silent, 'connection');
  await hasty.advance(5_000);
  expect(await asked).toBeUndefined();
  const stop = new AbortController();
  const stopped = serverCertificateEnd(at('127.0.0.1', silent), { guard: undefined, clock, signal: stop.signal });
  stop.abort();
  expect(await stopped).toBeUndefined();
});
