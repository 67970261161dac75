import { connect as connectTcp } from 'node:net';

import { runLoad, startLoad, type LoadOptions, type LoadReport } from '@tke/envtest';
import { beforeAll, expect, jest, test } from '@jest/globals';
import type { CertificateAndKey } from '@tke/pki';

import { makeCa, makeClientPair } from '../testing/certificates.ts';
import { dial } from '../testing/https-client.ts';
import { runServer, type RunningServer } from '../testing/running-server.ts';
import { subjectAccessReviewRoutes } from '../sar/routes.ts';

jest.setTimeout(120_000);

/** Says yes to alice only, so that an answer to the wrong question shows. */
const routes = subjectAccessReviewRoutes({
  ready: () => true,
  authorize: ({ user }) => ({ allowed: user === 'alice', reason: 'by name' }),
});

const review = (user: string) => ({
  apiVersion: 'authorization.k8s.io/v1',
  kind: 'SubjectAccessReview',
  spec: { user, resourceAttributes: { verb: 'get', resource: 'pods' } },
});

const questions = [
  { path: '/auth/authz', body: review('alice'), right: ['allow'] },
  { path: '/auth/authz', body: review('bob'), right: ['noOpinion'] },
];

type Attack = (running: RunningServer, caller: CertificateAndKey, stop: AbortSignal) => Promise<unknown>;

async function whileRunning(stop: AbortSignal, act: () => Promise<unknown>): Promise<void> {
  while (!stop.aborted) {
    await act().catch(() => undefined);
  }
}

function flood(options: Partial<LoadOptions>): Attack {
  return async (running, client, stop) => {
    const load = startLoad({ url: running.url, ca: running.ca.certPem, client, requests: questions, ...options });
    await new Promise((resolve) => stop.addEventListener('abort', resolve, { once: true }));
    return await load.stop();
  };
}

const large = { path: '/auth/authz', body: { ...review('alice'), padding: 'x'.repeat(1_000_000) } };

const attacks: Record<string, Attack> = {
  'a flood of reviews': flood({ connections: 64 }),
  'bodies of a megabyte': flood({ connections: 16, requests: [large] }),
  'bodies that drip': async (running, { certPem: cert, keyPem: key }, stop) => {
    const sockets = await Promise.all(
      Array.from({ length: 100 }, () => dial(running.url, { ca: running.ca.certPem, cert, key })),
    );
    for (const socket of sockets) {
      socket.on('error', () => undefined);
      socket.write(
        'POST /auth/authz HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n',
      );
    }
    await whileRunning(stop, async () => {
      sockets.forEach((socket) => socket.writable && socket.write(' '));
      await new Promise((resolve) => setTimeout(resolve, 20));
    });
    sockets.forEach((socket) => socket.destroy());
  },
  'garbage instead of TLS': async (running, _caller, stop) => {
    const { hostname, port } = new URL(running.url);
    const garbage = () =>
      new Promise((resolve) => {
        const socket = connectTcp(Number(port), hostname, () => socket.write('GET / HTTP/1.1\r\n\r\n'));
        socket
          .on('error', () => undefined)
          .on('close', resolve)
          .resume();
      });
    await Promise.all(Array.from({ length: 4 }, () => whileRunning(stop, garbage)));
  },
  'connections without end': async (running, { certPem: cert, keyPem: key }, stop) => {
    const open = async () => {
      const socket = await dial(running.url, { ca: running.ca.certPem, cert, key });
      socket.on('error', () => undefined);
      await new Promise((resolve) => setTimeout(resolve, 50));
      socket.destroy();
    };
    await Promise.all(Array.from({ length: 4 }, () => whileRunning(stop, open)));
  },
};

/** A caller at a tenth of its rate, measured for two seconds. */
function askPolitely(running: RunningServer, client: CertificateAndKey): Promise<LoadReport> {
  const load = { url: running.url, ca: running.ca.certPem, client, requests: questions };
  return startLoad({ ...load, connections: 8, perSecond: 200, warmUpSeconds: 0.5, seconds: 2 }).report;
}

const fairRate = { perSecond: 2_000, burstSeconds: 1, longestDelayMs: 1_000 };

let clientCa: Awaited<ReturnType<typeof makeCa>>;
let good: CertificateAndKey;
/** Without anybody else, once for all attacks. */
let alone: LoadReport;
beforeAll(async () => {
  clientCa = await makeCa('client-ca');
  good = await makeClientPair(clientCa, 'good', []);
  await using running = await runServer({ routes, clientCa: clientCa.certPem, limits: { callerRate: fairRate } });
  alone = await askPolitely(running, good);
});

test.each(Object.entries(attacks))('%s of one caller does not keep answers from another', async (name, attack) => {
  const hostile = await makeClientPair(clientCa, 'hostile', []);
  await using running = await runServer({ routes, clientCa: clientCa.certPem, limits: { callerRate: fairRate } });
  const stop = new AbortController();
  const attacking = attack(running, hostile, stop.signal);
  // Its burst is over and its share is all it gets.
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const beside = await askPolitely(running, good);
  stop.abort();
  await attacking;
  const figures = [alone, beside].map(({ latencyMs: { p50, p99, max } }) => ({ p50, p99, max }));
  process.stderr.write(`${name}: alone ${JSON.stringify(figures[0])}, beside ${JSON.stringify(figures[1])}\n`);
  for (const report of [alone, beside]) {
    expect(report).toMatchObject({ wrong: 0, unanswered: {}, refused: {} });
    expect(Object.keys(report.answers).sort()).toEqual(['allow', 'noOpinion']);
  }
  // Generous, because other work on this machine slows both: without a rate, bodies of a megabyte make it a second.
  expect(beside.latencyMs.p99).toBeLessThan(5 * alone.latencyMs.p99 + 700);
});

test('what was refused by then is answered once the flood is over', async () => {
  const client = await makeClientPair(clientCa, 'hostile', []);
  await using running = await runServer({
    routes,
    clientCa: clientCa.certPem,
    limits: { callerRate: { perSecond: 100, burstSeconds: 1, longestDelayMs: 100 } },
  });
  const load = { url: running.url, ca: running.ca.certPem, client, requests: questions };
  const flooded = await runLoad({ ...load, connections: 64, seconds: 3 });
  expect(flooded.answers['HTTP 429']).toBeGreaterThan(0);
  expect(flooded.wrong).toBe(flooded.answers['HTTP 429']);
  // 100 at once and 100 per second, whatever was sent.
  expect(flooded.statuses[200]).toBeLessThan(100 + 100 * (flooded.seconds + 1));
  const calm = await runLoad({ ...load, connections: 1, perSecond: 20, seconds: 1 });
  expect(calm).toMatchObject({ wrong: 0, unanswered: {} });
});
