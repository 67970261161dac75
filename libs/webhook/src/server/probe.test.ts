import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { createServer } from 'node:tls';

import { expect, jest, test } from '@jest/globals';

import { makeCa, makeServerPair } from '../testing/certificates.ts';

import { probeTls } from './probe.ts';

jest.setTimeout(60_000);

const timeoutMs = 30_000;

/** Probes a server that listens on `listened`, as if its address were `told`. */
async function probe(
  listened: { host: string; ipv6Only?: boolean },
  told: string,
  fingerprint?: string,
): Promise<void> {
  const { certPem, keyPem } = await makeServerPair(await makeCa());
  const server = createServer({ cert: certPem, key: keyPem });
  server.listen({ ...listened, port: 0 });
  await once(server, 'listening');
  try {
    await probeTls({
      host: told,
      port: (server.address() as AddressInfo).port,
      fingerprint: fingerprint ?? new X509Certificate(certPem).fingerprint256,
      timeoutMs,
    });
  } finally {
    server.close();
  }
}

test('reaches every address by the loopback, where the machine has IPv4 only', async () => {
  await probe({ host: '0.0.0.0' }, '0.0.0.0');
  // Without IPv6 Node tells 0.0.0.0; a server on both tells `::`.
  await probe({ host: '127.0.0.1' }, '::');
});

test('reaches a server that listens on IPv6 only, where there is IPv6', async () => {
  const addresses = Object.values(networkInterfaces()).flatMap((interfaces) => interfaces ?? []);
  if (addresses.some(({ address }) => address === '::1')) {
    await probe({ host: '::', ipv6Only: true }, '::');
    await probe({ host: '::1' }, '::1');
  }
});

test('fails on another certificate, and where nobody listens', async () => {
  await expect(probe({ host: '127.0.0.1' }, '127.0.0.1', 'AA:BB')).rejects.toMatchObject({
    code: 'ProbeFailed',
    message: expect.stringContaining('not AA:BB'),
  });
  const nobody = probeTls({ host: '::', port: 1, fingerprint: 'AA:BB', timeoutMs });
  await expect(nobody).rejects.toMatchObject({ code: 'ProbeFailed' });
});
