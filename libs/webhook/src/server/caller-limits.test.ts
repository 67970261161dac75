import { connect as connectTcp } from 'node:net';

import { beforeAll, expect, jest, test } from '@jest/globals';
import type { CertificateAndKey } from '@tke/pki';
import { FakeClock, systemClock, type Clock } from '@tke/time';
import { Registry } from 'prom-client';

import { makeCa, makeClientPair } from '../testing/certificates.ts';
import { eventually } from '../testing/eventually.ts';
import { dial, disposableAgent, type Answer } from '../testing/https-client.ts';
import { runServer, type RunningServer } from '../testing/running-server.ts';

import type { ServerLimits } from './limits.ts';
import { WebhookMetrics } from './metrics.ts';
import type { Route } from './route.ts';

jest.setTimeout(60_000);

const echo: Route = { path: '/echo', maxBodyBytes: 1_000_000, handle: () => ({ status: 200, body: {} }) };

let clientCa: CertificateAndKey;
let good: CertificateAndKey;
let hostile: CertificateAndKey;
let registry: Registry;

beforeAll(async () => {
  clientCa = await makeCa('client-ca');
  good = await makeClientPair(clientCa, 'good', []);
  hostile = await makeClientPair(clientCa, 'hostile', []);
});

function run(limits: Partial<ServerLimits>, clock: Clock = systemClock): Promise<RunningServer> {
  registry = new Registry();
  const metrics = new WebhookMetrics(registry);
  return runServer({ routes: [echo], clientCa: clientCa.certPem, limits, clock, metrics });
}

const by = ({ certPem, keyPem }: CertificateAndKey) => ({ cert: certPem, key: keyPem });

async function limited(limit: string): Promise<number> {
  const text = await registry.metrics();
  return Number(new RegExp(`tke_webhook_limited_total\\{limit="${limit}"\\} (\\d+)`).exec(text)?.[1]);
}

test('who asks faster than its rate is held back, then refused; others are not', async () => {
  const clock = new FakeClock();
  await using running = await run({ callerRate: { perSecond: 5, burstSeconds: 1, longestDelayMs: 400 } }, clock);
  const ask = (caller: CertificateAndKey) => running.post('/echo', { ...by(caller), agent: false });
  const answers: Answer[] = [];
  const flood = Array.from({ length: 30 }, () => ask(hostile).then((answer) => answers.push(answer)));
  const served = await Promise.all(Array.from({ length: 4 }, () => ask(good)));
  expect(served.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  // The burst is served at once, the rest waits.
  await eventually(() => expect([answers.length, clock.pendingTimers]).toEqual([5, 25]));
  // Refusals wait as well, and longest, so that asking again is not faster than waiting.
  await clock.advance(399);
  await eventually(() => expect(answers).toHaveLength(7));
  expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
  await clock.advance(1);
  await Promise.all(flood);
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused).toHaveLength(23);
  expect(refused[0]?.body).toMatchObject({
    reason: 'TooManyRequests',
    message: expect.stringContaining('--caller-rate'),
  });
  expect(refused[0]?.headers).not.toHaveProperty('retry-after');
  expect(await limited('callerRateRefused')).toBe(refused.length);
  expect(await limited('callerRate')).toBe(2);
  expect((await ask(good)).status).toBe(200);
});

test('large bodies use up a rate as many small ones do', async () => {
  await using running = await run({ callerRate: { perSecond: 1, burstSeconds: 100, longestDelayMs: 0 } });
  const payload = JSON.stringify('x'.repeat(900_000));
  expect((await running.post('/echo', { ...by(hostile), payload })).status).toBe(200);
  expect((await running.post('/echo', { ...by(hostile), payload })).status).toBe(429);
});

test('a refused request leaves its connection usable', async () => {
  await using running = await run({ callerRate: { perSecond: 0.001, burstSeconds: 0.001, longestDelayMs: 0 } });
  using agent = disposableAgent({ keepAlive: true, maxSockets: 1 });
  const answers = [];
  for (let round = 0; round < 3; round += 1) {
    answers.push(await running.post('/echo', { ...by(good), agent }));
  }
  expect(answers.map(({ status }) => status)).toEqual([200, 429, 429]);
  expect(answers.map(({ headers }) => headers.connection)).toEqual(['keep-alive', 'keep-alive', 'keep-alive']);
});

test('connections of one caller beyond its maximum are closed, those of others are not', async () => {
  await using running = await run({ maxConnectionsPerCaller: 2 });
  const open = () => dial(running.url, { ca: running.ca.certPem, ...by(hostile) });
  const held = [await open(), await open()];
  await expect(running.post('/echo', { ...by(hostile), agent: false })).rejects.toThrow();
  expect((await running.post('/echo', { ...by(good), agent: false })).status).toBe(200);
  expect(await limited('callerConnections')).toBe(1);
  held.forEach((socket) => socket.destroy());
  await eventually(async () =>
    expect((await running.post('/echo', { ...by(hostile), agent: false })).status).toBe(200),
  );
});

test('handshakes that one address does not finish are bounded, and free their place when they go', async () => {
  await using running = await run({ maxHandshakesPerAddress: 3 });
  const { hostname, port } = new URL(running.url);
  const silent = Array.from({ length: 5 }, () => connectTcp(Number(port), hostname));
  const closed = silent.map(
    (socket) =>
      new Promise((resolve) =>
        socket
          .on('error', () => undefined)
          .on('close', resolve)
          .resume(),
      ),
  );
  await Promise.race(closed);
  await eventually(async () => expect(await limited('handshakes')).toBeGreaterThanOrEqual(2));
  silent.forEach((socket) => socket.destroy());
  await eventually(async () => expect((await running.post('/echo', { ...by(good), agent: false })).status).toBe(200));
});
