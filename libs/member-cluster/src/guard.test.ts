import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import { CountingServer, guardAgainst, loopbackLookup } from '@tke/net/testing';

import { clusterConfig } from './access/cluster-config.ts';
import type { ClusterAccessSpec } from './access/cluster-access.ts';
import type { Health } from './health/health.ts';
import { running } from './testing/cluster.ts';

let server: CountingServer;
beforeAll(async () => {
  server = await CountingServer.start();
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(() => {
  server.connections = 0;
});

const at = (...hosts: readonly string[]): Pick<ClusterAccessSpec, 'addresses'> => ({
  addresses: hosts.map((host) => ({ type: 'Real', host, port: server.port })),
});

/** What is known of a member after its first probes. */
async function healthOf(spec: ClusterAccessSpec, denied: string): Promise<Health> {
  await using members = running({ guard: guardAgainst(denied, loopbackLookup) });
  const { promise, resolve } = Promise.withResolvers<Health>();
  members.onEvent(({ member: { health } }) => health.lastError && resolve(health));
  members.put('cls-a', { config: clusterConfig({ ...spec, token: 'hunter2' }) });
  return await promise;
}

const ways: readonly (readonly [string, (host: string) => ClusterAccessSpec])[] = [
  ['the API server', (host) => at(host)],
  ['an HTTP proxy', (host) => ({ ...at('10.0.0.1'), proxyUrl: `http://${host}:${server.port}` })],
  ['an HTTPS proxy', (host) => ({ ...at('10.0.0.1'), proxyUrl: `https://${host}:${server.port}` })],
  ['a SOCKS5 proxy', (host) => ({ ...at('10.0.0.1'), proxyUrl: `socks5://${host}:${server.port}` })],
];

describe.each(ways)('%s', (_, specOf) => {
  test.each([
    ['127.0.0.1', /127\.0\.0\.1 is in 127\.0\.0\.0\/8/],
    ['metadata.example', /metadata\.example stands for 127\.0\.0\.1, which is in 127\.0\.0\.0\/8/],
    ['0x7f.1', /127\.0\.0\.1.* is in 127\.0\.0\.0\/8/],
    ['[::1]', /::1 is in ::1/],
  ])('at %s is not connected to where that is denied', async (host, message) => {
    expect(await healthOf(specOf(host), '127.0.0.0/8, ::1')).toMatchObject({
      lastError: {
        code: 'AddressDenied',
        class: 'NeedsUser',
        message: expect.stringMatching(message),
        remedy: expect.stringContaining('Give another address'),
      },
    });
    expect(server.connections).toBe(0);
  });

  test.each([['127.0.0.1'], ['member.example']])('at %s is connected to where it is not', async (host) => {
    const { lastError } = await healthOf(specOf(host), '169.254.0.0/16');
    expect(lastError?.code).not.toBe('AddressDenied');
    expect(server.connections).toBeGreaterThan(0);
  });
});

test('of several addresses those that are denied are left out, and named when no other works', async () => {
  const { lastError } = await healthOf(at('127.0.0.2', '127.0.0.1'), '127.0.0.2');
  expect(server.connections).toBeGreaterThan(0);
  expect(lastError?.code).not.toBe('AddressDenied');
  const none = await healthOf(at('127.0.0.2', '127.0.0.3'), '127.0.0.0/8');
  expect(none.lastError).toMatchObject({
    code: 'AddressDenied',
    message: expect.stringMatching(/127\.0\.0\.2.*127\.0\.0\.3/),
  });
});
