import { connect as connectTcp } from 'node:net';

import { describe, expect, jest, test } from '@jest/globals';

import { eventually } from '../testing/eventually.ts';
import { dial, untilClosed } from '../testing/https-client.ts';
import { echo, megabyte } from '../testing/routes.ts';
import { runServer, type RunningServer } from '../testing/running-server.ts';

jest.setTimeout(180_000);

/** So short are the times of these tests that a machine which stands still for a moment cuts off the good as well. */
function untilServed(running: RunningServer): Promise<void> {
  return eventually(async () => expect((await running.post('/echo')).status).toBe(200));
}

interface Slow extends Disposable {
  /** What it was told when it was cut off. */
  readonly answer: Promise<string>;
}

/** Sends a byte now and then until the connection is closed. */
async function drip({ url, ca }: RunningServer, start: string): Promise<Slow & { readonly isOpen: boolean }> {
  const socket = await dial(url, { ca: ca.certPem });
  const answer = untilClosed(socket);
  socket.write(start);
  const dripping = setInterval(() => socket.writable && socket.write('a'), 20);
  socket.on('close', () => clearInterval(dripping));
  return {
    answer,
    get isOpen() {
      return !socket.readableEnded && !socket.destroyed;
    },
    [Symbol.dispose]: () => socket.destroy(),
  };
}

/** A slow caller that was not cut off yet when another was served. Rejects where it was: the machine may have stood still for that long. */
async function dripWhileServed(running: RunningServer, start: string): Promise<Slow> {
  const slow = await drip(running, start);
  try {
    expect((await running.post('/echo')).status).toBe(200);
    expect(slow.isOpen).toBe(true);
    return slow;
  } catch (error) {
    slow[Symbol.dispose]();
    throw error;
  }
}

describe('callers that are slow or hostile', () => {
  const head = 'POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n';

  test.each([
    ['headers', `${head}X-Drip: `, 408],
    ['a body', `${head}\r\n`, 408],
  ])('one that drips %s is cut off, and others are served before it is', async (_what, start, status) => {
    const limits = { headersTimeoutMs: 1_000, requestTimeoutMs: 2_000 };
    await using running = await runServer({ routes: [echo], limits });
    const slow = await eventually(() => dripWhileServed(running, start));
    expect(await slow.answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  });

  test('one that sends nothing after the handshake is cut off without a word, which could pass for the answer to its first request', async () => {
    await using running = await runServer({ routes: [echo], limits: { headersTimeoutMs: 300 } });
    expect(await untilClosed(await dial(running.url, { ca: running.ca.certPem }))).toBe('');
    await untilServed(running);
  });

  test('one that never begins the TLS handshake is cut off', async () => {
    await using running = await runServer({ routes: [echo], limits: { handshakeTimeoutMs: 300 } });
    const { hostname, port } = new URL(running.url);
    const silent = connectTcp(Number(port), hostname);
    silent.on('error', () => undefined);
    await new Promise((resolve) => silent.on('close', resolve).resume());
    await untilServed(running);
  });

  test('many that send large bodies slowly do not keep small requests out', async () => {
    await using running = await runServer({
      routes: [echo],
      limits: { maxBufferedBytes: 2 * megabyte, requestTimeoutMs: 120_000 },
    });
    const hostile = await Promise.all(Array.from({ length: 30 }, () => dial(running.url, { ca: running.ca.certPem })));
    let open = hostile.length;
    const answers = hostile.map(async (socket) => {
      socket.write(
        `POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${megabyte}\r\n\r\n`,
      );
      socket.write(Buffer.alloc(megabyte / 4, 32));
      const answer = await untilClosed(socket);
      open -= 1;
      return answer;
    });
    const refused = await Promise.race(answers);
    expect(refused).toMatch(/^HTTP\/1\.1 429 [\s\S]*"reason":"TooManyRequests"/);
    const small = await Promise.all(Array.from({ length: 50 }, () => running.post('/echo', { payload: { a: 1 } })));
    expect(small.map(({ status }) => status)).toEqual(small.map(() => 200));
    // All this time the room for large bodies was taken by those that have not sent the rest.
    expect(open).toBeGreaterThan(0);
    for (const socket of hostile) {
      socket.destroy();
    }
    await Promise.all(answers);
    // What they held is given back.
    await eventually(async () => {
      const large = await running.post('/echo', { payload: JSON.stringify('x'.repeat(megabyte / 2)) });
      expect(large.status).toBe(200);
    });
  });

  test('connections beyond the maximum are closed and the others go on', async () => {
    await using running = await runServer({ routes: [echo], limits: { maxConnections: 2 } });
    const first = await dial(running.url, { ca: running.ca.certPem });
    const second = await dial(running.url, { ca: running.ca.certPem });
    await expect(running.post('/echo')).rejects.toThrow();
    first.destroy();
    second.destroy();
    await untilServed(running);
  });
});
