import { once } from 'node:events';
import type { LookupFunction } from 'node:net';

import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';

import { AddressGuard } from './address-guard.ts';
import { AddressRanges } from './address-ranges.ts';
import { dialTcp } from './dial-tcp.ts';
import { CountingServer } from './testing/counting-server.ts';
import { guardAgainst } from './testing/guard-against.ts';
import { lookupGiving } from './testing/lookups.ts';

jest.setTimeout(30_000);

let server: CountingServer;
beforeEach(async () => {
  server = await CountingServer.start();
});
afterEach(() => server[Symbol.asyncDispose]());

async function dial(host: string, guard?: AddressGuard, signal = new AbortController().signal): Promise<string> {
  const socket = await dialTcp({ host, port: server.port }, { guard, signal });
  const { remoteAddress = '' } = socket;
  // The server counts a connection before it hangs up.
  await once(socket.resume(), 'close');
  return remoteAddress;
}

const denied = (message: string | RegExp) => ({
  code: 'AddressDenied',
  class: 'NeedsUser',
  message: expect.stringMatching(message),
});

describe('what is denied is not connected to', () => {
  test.each([
    ['an address', '127.0.0.1', /^127\.0\.0\.1 is in 127\.0\.0\.0\/8,/],
    ['an IPv6 address', '::1', /^::1 is in ::1,/],
    ['an IPv4 address written as IPv6', '::ffff:127.0.0.1', /^::ffff:127\.0\.0\.1 is in 127\.0\.0\.0\/8,/],
    [
      'a short spelling that only the resolver reads',
      '127.1',
      /^127\.1 stands for 127\.0\.0\.1, which is in 127\.0\.0\.0\/8,/,
    ],
    [
      'a number that only the resolver reads',
      '2130706433',
      /^2130706433 stands for 127\.0\.0\.1, which is in 127\.0\.0\.0\/8,/,
    ],
    // The system decides which of the two comes first.
    [
      'a name of the system',
      'localhost',
      /^localhost stands for (127\.0\.0\.1, which is in 127\.0\.0\.0\/8|::1, which is in ::1),/,
    ],
  ])('%s', async (_, host, message) => {
    const guard = guardAgainst('127.0.0.0/8, ::1');
    await expect(dial(host, guard)).rejects.toMatchObject(denied(message));
    await expect(dial('127.0.0.1', guardAgainst('10.0.0.0/8'))).resolves.toBe('127.0.0.1');
    expect(server.connections).toBe(1);
  });

  test('a name, when any of its addresses is', async () => {
    const guard = guardAgainst('127.0.0.2', lookupGiving(['127.0.0.1', '127.0.0.2']));
    const refused = dial('both.example', guard);
    await expect(refused).rejects.toMatchObject(denied('both.example stands for 127.0.0.2, which is in 127.0.0.2'));
    expect(server.connections).toBe(0);
  });

  test('a name that meant something else the last time', async () => {
    const guard = guardAgainst('127.0.0.2', lookupGiving(['127.0.0.1'], ['127.0.0.2']));
    await expect(dial('rebinding.example', guard)).resolves.toBe('127.0.0.1');
    await expect(dial('rebinding.example', guard)).rejects.toMatchObject(denied('127.0.0.2'));
    expect(server.connections).toBe(1);
  });
});

test('the error says who must not be made to connect, and what to do about it', () => {
  const options = { denied: AddressRanges.parse('127.0.0.1', 'denied'), owner: 'the agent', remedy: 'Set --denied.' };
  expect(() => new AddressGuard(options).check('127.0.0.1')).toThrow(
    expect.objectContaining({
      message: '127.0.0.1 is in 127.0.0.1, to which the agent must not be made to connect',
      remedy: 'Set --denied.',
    }),
  );
});

test('what is not denied is connected to, by name as well', async () => {
  // Of one family: Node.js passes on to the next address when the first has not answered within 250 ms.
  const guard = guardAgainst('169.254.0.0/16', lookupGiving(['127.0.0.1', '127.0.0.2']));
  await expect(dial('good.example', guard)).resolves.toMatch(/^127\.0\.0\.[12]$/);
});

test('without a guard everything is', async () => {
  await expect(dial('127.0.0.1')).resolves.toBe('127.0.0.1');
});

test('a name that means nothing is an error of the system, not of the guard', async () => {
  const lookup: LookupFunction = (name, _options, callback) => {
    callback(Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND' }), []);
  };
  await expect(dial('no.example', guardAgainst('127.0.0.0/8', lookup))).rejects.toMatchObject({ code: 'ENOTFOUND' });
});

test('who gives up is answered at once, and nothing is opened', async () => {
  const over = AbortSignal.abort(new Error('over'));
  await expect(dial('127.0.0.1', undefined, over)).rejects.toThrow('over');
  const end = new AbortController();
  const never: LookupFunction = () => void setImmediate(() => end.abort(new Error('given up')));
  await expect(dial('slow.example', guardAgainst('10.0.0.0/8', never), end.signal)).rejects.toThrow('given up');
  expect(server.connections).toBe(0);
});
