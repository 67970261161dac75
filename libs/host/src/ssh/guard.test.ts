import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import { discardLogger } from '@tke/log';
import { CountingServer, guardAgainst, loopbackLookup } from '@tke/net/testing';
import { systemClock } from '@tke/time';

import { HostPool } from '../host-pool.ts';
import { Secret } from '../secret.ts';
import type { HostTarget } from './target.ts';

let server: CountingServer;
beforeAll(async () => {
  server = await CountingServer.start();
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(() => {
  server.connections = 0;
});

async function logIn(target: HostTarget, denied: string): Promise<unknown> {
  const guard = guardAgainst(denied, loopbackLookup);
  const pool = new HostPool({ clock: systemClock, logger: discardLogger, connectTimeoutMs: 60_000, guard });
  try {
    return await pool.host(target).run(['true'], { sudo: false });
  } catch (error) {
    return error;
  } finally {
    pool.close();
  }
}

const password = new Secret('hunter2');

function login(address: string): HostTarget {
  const store = () => Promise.resolve();
  return {
    address,
    port: server.port,
    user: 'root',
    credentials: { password },
    hostKeys: { kind: 'trustOnFirstUse', store },
  };
}

const ways: readonly (readonly [string, (address: string) => HostTarget])[] = [
  ['a host', login],
  ['a jump host', (address) => ({ ...login('10.0.0.1'), via: { kind: 'jump', target: login(address) } })],
  [
    'a SOCKS5 proxy',
    (address) => ({ ...login('10.0.0.1'), via: { kind: 'socks5', address, port: server.port, user: 'u', password } }),
  ],
];

describe.each(ways)('%s', (_, targetOf) => {
  test.each([['127.0.0.1'], ['metadata.example'], ['::ffff:127.0.0.1']])(
    'at %s is not connected to where that is denied',
    async (address) => {
      expect(await logIn(targetOf(address), '127.0.0.0/8')).toMatchObject({
        code: 'AddressDenied',
        class: 'NeedsUser',
        message: expect.stringMatching(/127\.0\.0\.1.* is in 127\.0\.0\.0\/8/),
      });
      expect(server.connections).toBe(0);
    },
  );

  test.each([['127.0.0.1'], ['host.example']])('at %s is connected to where it is not', async (address) => {
    expect(await logIn(targetOf(address), '169.254.0.0/16')).toMatchObject({ code: 'HostUnreachable' });
    expect(server.connections).toBeGreaterThan(0);
  });
});
