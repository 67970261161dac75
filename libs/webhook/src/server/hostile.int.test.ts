import { connect as connectTcp } from 'node:net';

import { runLoad, startLoad, type LoadOptions } from '@tke/envtest';
import { beforeAll, expect, jest, test } from '@jest/globals';
import type { CertificateAndKey } from '@tke/pki';

import { makeCa, makeClientPair } from '../testing/certificates.ts';
import { eventually } from '../testing/eventually.ts';
import { dial, disposableAgent } from '../testing/https-client.ts';
import { runServer, type RunningServer } from '../testing/running-server.ts';
import { subjectAccessReviewRoutes } from '../sar/routes.ts';

jest.setTimeout(300_000);

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

const fairRate = { perSecond: 100, burstSeconds: 1, longestDelayMs: 1_000 };

/** Resolves when it has ended, after the signal aborted, with how many reviews the server took of it. */
type Reviews = (running: RunningServer, caller: CertificateAndKey, stop: AbortSignal) => Promise<Taken>;

interface Taken {
  readonly taken: number;
  /** How long each was. */
  readonly bytes: number;
}

async function whileRunning(stop: AbortSignal, act: () => Promise<unknown>): Promise<void> {
  while (!stop.aborted) {
    await act().catch(() => undefined);
  }
}

function flood(options: Partial<LoadOptions>): Reviews {
  return async (running, client, stop) => {
    const requests = options.requests ?? questions;
    const bytes = Math.min(...requests.map(({ body }) => JSON.stringify(body).length));
    const load = startLoad({ url: running.url, ca: running.ca.certPem, client, ...options, requests });
    await new Promise((resolve) => stop.addEventListener('abort', resolve, { once: true }));
    const { statuses } = await load.stop();
    return { taken: statuses[200] ?? 0, bytes };
  };
}

const large = { path: '/auth/authz', body: { ...review('alice'), padding: 'x'.repeat(1_000_000) } };

/** Announces bodies and sends a byte of each now and then: only those that are refused unread are answered before `stop`. */
const drip: Reviews = async (running, { certPem: cert, keyPem: key }, stop) => {
  const [count, bytes] = [100, 60_000];
  let refused = 0;
  const begin = async () => {
    const socket = await dial(running.url, { ca: running.ca.certPem, cert, key });
    socket.on('error', () => undefined);
    socket.once('data', (answer: Buffer) => (refused += answer.toString().startsWith('HTTP/1.1 429 ') ? 1 : 0));
    socket.write(
      `POST /auth/authz HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${bytes}\r\n\r\n`,
    );
    return socket;
  };
  const sockets = await Promise.all(Array.from({ length: count }, begin));
  const pauseMs = 20;
  // Each was held back for at most that long. In rounds, which a machine that stands still takes longer for as well.
  const untilDecided = (3 * fairRate.longestDelayMs) / pauseMs;
  for (let rounds = 0; !stop.aborted || rounds < untilDecided; rounds += 1) {
    sockets.forEach((socket) => socket.writable && socket.write(' '));
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  sockets.forEach((socket) => socket.destroy());
  return { taken: count - refused, bytes };
};

const reviews: Record<string, Reviews> = {
  'a flood of reviews': flood({ connections: 64 }),
  'bodies of a megabyte': flood({ connections: 16, requests: [large] }),
  'bodies that drip': drip,
};

/** Makes one connection, and resolves when it is closed. */
type Connect = (running: RunningServer, caller: CertificateAndKey) => Promise<unknown>;

const connections: Record<string, Connect> = {
  'garbage instead of TLS': ({ url }) =>
    new Promise((resolve) => {
      const { hostname, port } = new URL(url);
      const socket = connectTcp(Number(port), hostname, () => socket.write('GET / HTTP/1.1\r\n\r\n'));
      socket
        .on('error', () => undefined)
        .on('close', resolve)
        .resume();
    }),
  'connections without end': async ({ url, ca }, { certPem: cert, keyPem: key }) => {
    const socket = await dial(url, { ca: ca.certPem, cert, key });
    socket.on('error', () => undefined);
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.destroy();
  },
};

/** What a review weighs beside one without a body: one more for each of so many bytes. */
const bytesOfWeight = 4096;

/** A caller that stays within its burst. Every one of its reviews is answered, and right. */
async function askPolitely(running: RunningServer, { certPem: cert, keyPem: key }: CertificateAndKey): Promise<void> {
  using agent = disposableAgent({ keepAlive: true, maxSockets: 1 });
  for (let asked = 0; asked < 50; asked += 1) {
    const user = asked % 2 === 0 ? 'alice' : 'bob';
    const answer = await running.post('/auth/authz', { cert, key, agent, payload: review(user) });
    expect([answer.status, answer.body.status?.allowed]).toEqual([200, user === 'alice']);
  }
}

let clientCa: CertificateAndKey;
let good: CertificateAndKey;

beforeAll(async () => {
  clientCa = await makeCa('client-ca');
  good = await makeClientPair(clientCa, 'good', []);
});

test.each(Object.entries(reviews))(
  '%s of one caller: no more than its share for it, and every answer for another',
  async (_name, attack) => {
    const hostile = await makeClientPair(clientCa, 'hostile', []);
    await using running = await runServer({ routes, clientCa: clientCa.certPem, limits: { callerRate: fairRate } });
    const stop = new AbortController();
    const begun = performance.now();
    const attacking = attack(running, hostile, stop.signal);
    try {
      // Its burst is over and its share is all it gets.
      await new Promise((resolve) => setTimeout(resolve, 1500));
      await askPolitely(running, good);
    } finally {
      stop.abort();
    }
    const { taken, bytes } = await attacking;
    const seconds = (performance.now() - begun) / 1000;
    const weight = 1 + bytes / bytesOfWeight;
    // A burst, what the time since has earned and what is held back; the last one may be as heavy as it likes.
    const share = fairRate.perSecond * (fairRate.burstSeconds + seconds + fairRate.longestDelayMs / 1000) + weight;
    expect(taken * weight).toBeLessThanOrEqual(share);
  },
);

test.each(Object.entries(connections))(
  '%s of one caller: each gives its place back, and every answer for another',
  async (_name, connectOnce) => {
    const hostile = await makeClientPair(clientCa, 'hostile', []);
    const places = 32;
    const limits = { callerRate: fairRate, maxConnectionsPerCaller: places, maxHandshakesPerAddress: places };
    await using running = await runServer({ routes, clientCa: clientCa.certPem, limits });
    const stop = new AbortController();
    let closed = 0;
    const attack = () => connectOnce(running, hostile).finally(() => (closed += 1));
    const attacking = Promise.all(Array.from({ length: 4 }, () => whileRunning(stop.signal, attack)));
    try {
      await askPolitely(running, good);
      await eventually(() => expect(closed).toBeGreaterThan(3 * places), 120_000);
      await askPolitely(running, good);
    } finally {
      stop.abort();
    }
    await attacking;
    const { certPem: cert, keyPem: key } = hostile;
    await eventually(async () => {
      const answer = await running.post('/auth/authz', { cert, key, agent: false, payload: review('alice') });
      expect(answer.status).toBe(200);
    });
  },
);

test('what was refused by then is answered once the flood is over', async () => {
  const client = await makeClientPair(clientCa, 'hostile', []);
  await using running = await runServer({
    routes,
    clientCa: clientCa.certPem,
    limits: { callerRate: { perSecond: 20, burstSeconds: 1, longestDelayMs: 100 } },
  });
  const load = { url: running.url, ca: running.ca.certPem, client, requests: questions };
  const flooded = await runLoad({ ...load, connections: 64, seconds: 3 });
  expect(flooded.answers['HTTP 429']).toBeGreaterThan(0);
  expect(flooded.wrong).toBe(flooded.answers['HTTP 429']);
  // 20 at once and 20 per second, whatever was sent.
  expect(flooded.statuses[200]).toBeLessThan(20 + 20 * (flooded.seconds + 1));
  const calm = await runLoad({ ...load, connections: 1, perSecond: 10, seconds: 1 });
  expect(calm).toMatchObject({ wrong: 0, unanswered: {} });
});
