import { connect as connectTcp } from 'node:net';

import { describe, expect, test } from '@jest/globals';

import { eventually } from '../testing/eventually.ts';
import { dial, untilClosed } from '../testing/https-client.ts';
import { echo, megabyte } from '../testing/routes.ts';
import { runServer } from '../testing/running-server.ts';

describe('callers that are slow or hostile', () => {
  const limits = { handshakeTimeoutMs: 300, headersTimeoutMs: 300, requestTimeoutMs: 600 };
  const head = 'POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n';

  test.each([
    ['headers', `${head}X-Drip: `, 408],
    ['a body', `${head}\r\n`, 408],
    ['nothing after the handshake', '', 408],
  ])('one that drips %s is cut off while others are served', async (_what, start, status) => {
    await using running = await runServer({ routes: [echo], limits });
    const slow = await dial(running.url, { ca: running.ca.certPem });
    const closed = untilClosed(slow);
    slow.write(start);
    const drip = start === '' ? undefined : setInterval(() => slow.writable && slow.write('a'), 20);
    const served = await running.post('/echo');
    expect(served.status).toBe(200);
    expect(await closed).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    clearInterval(drip);
  });

  test('one that never begins the TLS handshake is cut off', async () => {
    await using running = await runServer({ routes: [echo], limits });
    const { hostname, port } = new URL(running.url);
    const silent = connectTcp(Number(port), hostname);
    silent.on('error', () => undefined);
    await new Promise((resolve) => silent.on('close', resolve).resume());
    expect((await running.post('/echo')).status).toBe(200);
  });

  test('many that send large bodies slowly do not keep small requests out', async () => {
    await using running = await runServer({
      routes: [echo],
      limits: { maxBufferedBytes: 2 * megabyte, requestTimeoutMs: 5000 },
    });
    const hostile = await Promise.all(Array.from({ length: 30 }, () => dial(running.url, { ca: running.ca.certPem })));
    const answers = hostile.map((socket) => {
      socket.write(
        `POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${megabyte}\r\n\r\n`,
      );
      socket.write(Buffer.alloc(megabyte / 4, 32));
      return untilClosed(socket);
    });
    const refused = await Promise.race(answers);
    expect(refused).toMatch(/^HTTP\/1\.1 429 [\s\S]*"reason":"TooManyRequests"/);
    const small = await Promise.all(Array.from({ length: 50 }, () => running.post('/echo', { payload: { a: 1 } })));
    expect(small.map(({ status }) => status)).toEqual(small.map(() => 200));
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
    await eventually(async () => expect((await running.post('/echo')).status).toBe(200));
  });
});
