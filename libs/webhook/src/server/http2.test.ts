import { once } from 'node:events';
import { connect, constants, type ClientHttp2Session } from 'node:http2';

import { runLoad } from '@tke/envtest';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { FakeClock } from '@tke/time';

import { eventually } from '../testing/eventually.ts';
import { runServer, type RunningServer } from '../testing/running-server.ts';

import type { Route } from './route.ts';

jest.setTimeout(60_000);

const echo: Route = {
  path: '/echo/:name',
  maxBodyBytes: 100_000,
  handle: ({ body, params }) => ({ status: 200, body: { body, params } }),
};

const sessions: ClientHttp2Session[] = [];

afterEach(() => sessions.splice(0).forEach((session) => session.destroy()));

function open({ url, ca }: RunningServer): ClientHttp2Session {
  const session = connect(url, { ca: ca.certPem });
  session.on('error', () => undefined);
  sessions.push(session);
  return session;
}

interface Sent {
  readonly status: number | undefined;
  readonly body: string;
  readonly rst: number;
}

/** Sends a request, `body` in one piece; `end: false` leaves it open. */
async function send(
  session: ClientHttp2Session,
  body: string,
  { end = true, path = '/echo/a', headers = {} } = {},
): Promise<Sent> {
  const stream = session.request({ ':method': 'POST', ':path': path, 'content-type': 'application/json', ...headers });
  stream.on('error', () => undefined);
  stream.write(body);
  if (end) {
    stream.end();
  }
  let status: number | undefined;
  let text = '';
  stream.on('response', (response) => (status = response[':status']));
  stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  await once(stream, 'close');
  return { status, body: text, rst: stream.rstCode };
}

test('serves HTTP/2 and HTTP/1.1 on one port, alike', async () => {
  await using running = await runServer({ routes: [echo], http2: true });
  const session = open(running);
  const answers = await Promise.all(['{"a":"ü"}', '[1]'].map((body) => send(session, body)));
  expect(answers.map(({ status, body }) => [status, JSON.parse(body) as unknown])).toEqual([
    [200, { body: { a: 'ü' }, params: { name: 'a' } }],
    [200, { body: [1], params: { name: 'a' } }],
  ]);
  expect((await running.post('/echo/a', { payload: [1] })).body).toEqual(JSON.parse(answers[1]!.body));
});

test('does not offer HTTP/2 unless it is told to', async () => {
  await using running = await runServer({ routes: [echo] });
  await expect(send(open(running), '{}')).rejects.toThrow();
});

test.each([
  ['a path that is not served', '{}', { path: '/nowhere' }, 404],
  ['no JSON', '{', {}, 400],
  ['another type', '{}', { headers: { 'content-type': 'text/plain' } }, 415],
  ['a body longer than the limit', JSON.stringify('x'.repeat(200_000)), {}, 413],
  ['a declared length above the limit', '{}', { headers: { 'content-length': '200000' }, end: false }, 413],
])('%s is answered with a Status, and the connection goes on', async (_what, body, options, status) => {
  await using running = await runServer({ routes: [echo], http2: true });
  const session = open(running);
  const answer = await send(session, body, options);
  expect(answer.status).toBe(status);
  expect(JSON.parse(answer.body)).toMatchObject({ kind: 'Status', code: status });
  expect((await send(session, '{}')).status).toBe(200);
});

describe('callers that are slow or hostile', () => {
  test('a body that does not end is given up, the connection goes on', async () => {
    const clock = new FakeClock();
    await using running = await runServer({ routes: [echo], http2: true, clock, limits: { requestTimeoutMs: 200 } });
    const session = open(running);
    const slow = send(session, '{"a":', { end: false });
    await eventually(() => expect(clock.pendingTimers).toBe(1));
    expect((await send(session, '{}')).status).toBe(200);
    await clock.advance(200);
    expect(await slow).toMatchObject({ status: 408 });
    expect((await send(session, '{}')).status).toBe(200);
  });

  test('requests that are reset at once end the connection (CVE-2023-44487), others are served', async () => {
    await using running = await runServer({ routes: [echo], http2: true });
    const [hostile, good] = [open(running), open(running)];
    await send(good, '{}');
    const closed = new Promise((resolve) => hostile.once('close', resolve));
    const flood = setInterval(() => {
      for (let count = 0; count < 200 && !hostile.destroyed && !hostile.closed; count += 1) {
        const stream = hostile.request({ ':method': 'POST', ':path': '/echo/a' });
        stream.on('error', () => undefined);
        stream.close(constants.NGHTTP2_CANCEL);
      }
    }, 5);
    await closed;
    clearInterval(flood);
    expect((await send(good, '{}')).status).toBe(200);
  });

  test('no more streams at a time than it was told', async () => {
    const gate = Promise.withResolvers<{ status: number; body: unknown }>();
    let [atOnce, served] = [0, 0];
    const waiting: Route = {
      ...echo,
      handle: () => {
        atOnce += 1;
        served += 1;
        return gate.promise;
      },
    };
    await using running = await runServer({ routes: [waiting], http2: true, limits: { maxStreams: 3 } });
    const session = open(running);
    await once(session, 'remoteSettings');
    const all = Array.from({ length: 5 }, () => send(session, '{}'));
    await eventually(() => expect(atOnce).toBe(3));
    gate.resolve({ status: 200, body: {} });
    expect((await Promise.all(all)).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(served).toBe(5);
  });
});

test('a handler is told when its caller resets the request', async () => {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const asked = Promise.withResolvers<undefined>();
  const hanging: Route = {
    ...echo,
    handle: ({ signal }) =>
      new Promise((_resolve, reject) => {
        asked.resolve(undefined);
        signal.addEventListener('abort', () => {
          resolve(signal.reason);
          reject(signal.reason as Error);
        });
      }),
  };
  await using running = await runServer({ routes: [hanging], http2: true });
  const stream = open(running).request({ ':method': 'POST', ':path': '/echo/a', 'content-type': 'application/json' });
  stream.on('error', () => undefined);
  stream.end('{}');
  await asked.promise;
  stream.close(constants.NGHTTP2_CANCEL);
  expect(await promise).toMatchObject({ name: 'CallerGone' });
});

test('a stop under load loses no request', async () => {
  let served = 0;
  const counting: Route = { ...echo, handle: (request) => ((served += 1), echo.handle(request)) };
  const clock = new FakeClock();
  await using running = await runServer({ routes: [counting], http2: true, clock, limits: { lameDuckMs: 300 } });
  const stop = new AbortController();
  const load = runLoad(
    {
      url: running.url,
      ca: running.ca.certPem,
      protocol: 'h2',
      connections: 2,
      streams: 8,
      requests: [{ path: '/echo/a', body: {}, right: ['other'] }],
    },
    stop.signal,
  );
  await eventually(() => expect(served).toBeGreaterThan(50));
  const stopped = running.stop();
  // More than both connections had in flight: the rest came by new ones.
  const enough = served + 100;
  await eventually(() => expect(served).toBeGreaterThan(enough));
  await clock.advance(300);
  await stopped;
  stop.abort();
  const report = await load;
  expect(report).toMatchObject({ unanswered: {}, wrong: 0 });
  expect(report.statuses).toEqual({ 200: report.answered });
  // Each connection was ended by GOAWAY and made anew while the server still took them.
  expect(report.connects).toBeGreaterThan(2);
});
