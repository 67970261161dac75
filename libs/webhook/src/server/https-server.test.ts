import { X509Certificate } from 'node:crypto';
import { connect as connectTcp } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

import { describe, expect, test } from '@jest/globals';
import { discardLogger } from '@tke/log';
import { Registry } from 'prom-client';

import { CertificateHolder } from '../certificates/holder.ts';
import { heldPair, makeCa, makeClientPair, makeServerPair } from '../testing/certificates.ts';
import { dial, disposableAgent, NotConnected, untilClosed } from '../testing/https-client.ts';
import { eventually } from '../testing/eventually.ts';
import { RecordingLogger } from '../testing/recording-logger.ts';
import { runServer } from '../testing/running-server.ts';

import { HttpsServer } from './https-server.ts';
import { WebhookMetrics } from './metrics.ts';
import { RequestProblem } from './request-problem.ts';
import type { Route } from './route.ts';

const megabyte = 1024 * 1024;

const echo: Route = {
  path: '/echo',
  maxBodyBytes: megabyte,
  handle: ({ body, params, path }) => ({ status: 200, body: { body, params, path } }),
};

/** Never answers before its signal aborts, and tells why it did. */
function hanging(path: string, timeoutMs: number, onAbort: (reason: unknown) => void): Route {
  return {
    path,
    maxBodyBytes: megabyte,
    timeoutMs,
    handle: ({ signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          onAbort(signal.reason);
          reject(signal.reason as Error);
        });
      }),
  };
}

describe('requests that are served', () => {
  test('a JSON body is parsed and the answer is JSON', async () => {
    await using running = await runServer({ routes: [echo] });
    const answer = await running.post('/echo?timeout=10s', { payload: { a: ['ü', { unknownField: 1 }] } });
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/json');
    expect(answer.body).toEqual({ body: { a: ['ü', { unknownField: 1 }] }, params: {}, path: '/echo' });
  });

  test('a :name segment is decoded and never spans segments', async () => {
    await using running = await runServer({ routes: [{ ...echo, path: '/clusters/:cluster' }] });
    expect((await running.post('/clusters/cls%2Fa')).body.params).toEqual({ cluster: 'cls/a' });
    expect((await running.post('/clusters/a/b')).status).toBe(404);
    expect((await running.post('/clusters/')).status).toBe(404);
    expect((await running.post('/clusters/%zz')).status).toBe(404);
  });

  test('a body of exactly the limit is read, in one piece and in chunks', async () => {
    await using running = await runServer({ routes: [{ ...echo, maxBodyBytes: 100 }] });
    const payload = JSON.stringify('x'.repeat(98));
    expect((await running.post('/echo', { payload })).status).toBe(200);
    expect((await running.post('/echo', { payload, chunked: true })).status).toBe(200);
  });

  test('one connection serves many requests', async () => {
    await using running = await runServer({ routes: [echo] });
    using agent = disposableAgent({ keepAlive: true, maxSockets: 1 });
    const ports = new Set<number | undefined>();
    for (let round = 0; round < 20; round++) {
      const answer = await running.post('/echo', { agent });
      expect(answer.headers.connection).toBe('keep-alive');
      ports.add(Object.values(agent.freeSockets)[0]?.[0]?.localPort);
    }
    expect(ports.size).toBe(1);
  });
});

describe('requests that are refused', () => {
  const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;

  test.each([
    ['nothing served at the path', '/nowhere', {}, 404, 'NotFound'],
    ['another method', '/echo', { method: 'PUT' }, 405, 'MethodNotAllowed'],
    ['no content type', '/echo', { headers: { 'content-type': '' } }, 415, 'UnsupportedMediaType'],
    [
      'a form',
      '/echo',
      { headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      415,
      'UnsupportedMediaType',
    ],
    [
      'a type that only begins like JSON',
      '/echo',
      { headers: { 'content-type': 'application/jsonp' } },
      415,
      'UnsupportedMediaType',
    ],
    ['a compressed body', '/echo', { headers: { 'content-encoding': 'gzip' } }, 415, 'UnsupportedMediaType'],
    ['no JSON', '/echo', { payload: '{"a":' }, 400, 'BadRequest'],
    ['an empty body', '/echo', { payload: '' }, 400, 'BadRequest'],
    ['no UTF-8', '/echo', { payload: Buffer.from([0x22, 0xc3, 0x28, 0x22]) }, 400, 'BadRequest'],
    ['101 nested arrays', '/echo', { payload: deep(101) }, 400, 'BadRequest'],
    ['half a million nested arrays', '/echo', { payload: deep(megabyte / 2) }, 400, 'BadRequest'],
    [
      'half a million nested objects, not even closed',
      '/echo',
      { payload: '{"a":'.repeat(200_000) },
      400,
      'BadRequest',
    ],
    [
      'a declared length above the limit',
      '/echo',
      { payload: Buffer.alloc(megabyte + 1, 32) },
      413,
      'RequestEntityTooLarge',
    ],
    ['10 MB', '/echo', { payload: Buffer.alloc(10 * megabyte, 32) }, 413, 'RequestEntityTooLarge'],
    [
      '10 MB in chunks of unknown sum',
      '/echo',
      { payload: Buffer.alloc(10 * megabyte, 32), chunked: true },
      413,
      'RequestEntityTooLarge',
    ],
  ] as const)('%s', async (_what, path, options, status, reason) => {
    await using running = await runServer({ routes: [echo] });
    const answer = await running.post(path, options);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, code: status });
    expect((await running.post('/echo')).status).toBe(200);
  });

  test('100 nested arrays and brackets within strings are fine', async () => {
    await using running = await runServer({ routes: [echo] });
    expect((await running.post('/echo', { payload: deep(100) })).status).toBe(200);
    expect((await running.post('/echo', { payload: JSON.stringify('[{\\"'.repeat(1000)) })).status).toBe(200);
  });

  test('the message of a JSON error does not repeat the body', async () => {
    await using running = await runServer({ routes: [echo] });
    const answer = await running.post('/echo', { payload: '{"password":"hunter2' });
    expect(JSON.stringify(answer.body)).not.toContain('hunter2');
  });

  test('bytes that are no HTTP and headers beyond the limit are answered with a Status', async () => {
    await using running = await runServer({ routes: [echo], limits: { maxHeaderBytes: 8192 } });
    const garbage = await dial(running.url, { ca: running.ca.certPem });
    garbage.write('\u0000\u0001 nonsense\r\n\r\n');
    expect(await untilClosed(garbage)).toMatch(/^HTTP\/1\.1 400 [\s\S]*"kind":"Status"/);
    const large = await dial(running.url, { ca: running.ca.certPem });
    large.write(`POST /echo HTTP/1.1\r\nHost: x\r\nX-Large: ${'x'.repeat(20_000)}\r\n\r\n`);
    expect(await untilClosed(large)).toMatch(/^HTTP\/1\.1 431 [\s\S]*"kind":"Status"/);
  });
});

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

describe('client certificates', () => {
  const whoami: Route = { path: '/whoami', maxBodyBytes: 100, handle: ({ peer }) => ({ status: 200, body: { peer } }) };

  test('a caller with a certificate of the client CA is known by its subject', async () => {
    const clientCa = await makeCa('client-ca');
    const { certPem: cert, keyPem: key } = await makeClientPair(clientCa, 'kube-apiserver', ['system:masters', 'tke']);
    await using running = await runServer({ routes: [whoami], clientCa: clientCa.certPem });
    const { peer } = (await running.post('/whoami', { cert, key })).body;
    expect(peer).toEqual({
      commonName: 'kube-apiserver',
      organizations: ['system:masters', 'tke'],
      fingerprint: new X509Certificate(cert).fingerprint256,
      notBefore: Date.parse(new X509Certificate(cert).validFrom),
    });
  });

  test('a caller with none, and one with a certificate of another CA, get no answer', async () => {
    const [clientCa, otherCa] = await Promise.all([makeCa('client-ca'), makeCa('client-ca')]);
    const logger = new RecordingLogger();
    let asked = 0;
    const counting: Route = { ...whoami, handle: () => ({ status: 200, body: asked++ }) };
    await using running = await runServer({ routes: [counting], clientCa: clientCa.certPem, logger });
    const { certPem: cert, keyPem: key } = await makeClientPair(otherCa, 'kube-apiserver', []);
    await expect(running.post('/whoami')).rejects.toThrow(/certificate required|socket hang up|ECONNRESET/);
    await expect(running.post('/whoami', { cert, key })).rejects.toThrow(/alert|socket hang up|ECONNRESET/);
    await expect(running.post('/whoami', { maxVersion: 'TLSv1.2' })).rejects.toThrow();
    expect(asked).toBe(0);
    expect(logger.at('warn').map(({ message }) => message)).toEqual(['TLS handshake failed']); // not once per caller
  });

  test('without a client CA nobody has an identity, whatever they present', async () => {
    const { certPem: cert, keyPem: key } = await makeClientPair(await makeCa(), 'kube-apiserver', []);
    await using running = await runServer({ routes: [whoami] });
    expect((await running.post('/whoami', { cert, key })).body).toEqual({});
  });
});

describe('the serving certificate', () => {
  test('is replaced under load without one failed request, and open connections live on', async () => {
    const ca = await makeCa();
    const pairs = await Promise.all(Array.from({ length: 5 }, () => makeServerPair(ca)));
    const source = heldPair(pairs[0]!);
    await using running = await runServer({ routes: [echo], certificates: source });
    using kept = disposableAgent({ keepAlive: true, maxSockets: 1 });
    const first = (await running.post('/echo', { ca: ca.certPem, agent: kept })).fingerprint;
    const seen = new Set<string>();
    let loading = true;
    // Half of them resume TLS sessions that were made under an older certificate.
    using resuming = disposableAgent({ keepAlive: false, maxCachedSessions: 100 });
    const callers = Array.from({ length: 8 }, async (_, index) => {
      let answered = 0;
      while (loading) {
        const answer = await running.post('/echo', { ca: ca.certPem, agent: index % 2 === 0 ? false : resuming });
        expect(answer.status).toBe(200);
        if (answer.fingerprint !== undefined) {
          seen.add(answer.fingerprint); // a resumed session shows none
        }
        answered++;
      }
      return answered;
    });
    try {
      for (const pair of pairs) {
        source.offer(pair);
        await eventually(() => expect(seen).toContain(new X509Certificate(pair.certPem).fingerprint256), 500);
      }
    } finally {
      loading = false;
    }
    expect(Math.min(...(await Promise.all(callers)))).toBeGreaterThan(0);
    expect(seen.size).toBe(pairs.length);
    expect((await running.post('/echo', { ca: ca.certPem, agent: kept })).fingerprint).toBe(first);
  });

  test('is awaited before the server listens', async () => {
    const source = new CertificateHolder(discardLogger);
    const server = new HttpsServer({
      name: 'early',
      address: { host: '127.0.0.1', port: 0 },
      certificates: source,
      routes: [],
      logger: discardLogger,
      limits: { lameDuckMs: 0 },
    });
    const abort = new AbortController();
    const ended = server.start(abort.signal);
    await expect(server.probe()).rejects.toMatchObject({ code: 'ProbeFailed' });
    expect(() => server.url).toThrow(expect.objectContaining({ code: 'NotListening' }));
    source.offer(await makeServerPair(await makeCa()));
    await server.listening;
    await server.probe();
    abort.abort();
    await ended;
    await expect(server.probe()).rejects.toMatchObject({ code: 'ProbeFailed' });
  });

  test('a stop before there is one ends the start', async () => {
    const server = new HttpsServer({
      name: 'never',
      address: { host: '127.0.0.1', port: 0 },
      certificates: new CertificateHolder(discardLogger),
      routes: [],
      logger: discardLogger,
    });
    const abort = new AbortController();
    const ended = server.start(abort.signal);
    abort.abort();
    await ended;
    await expect(server.listening).rejects.toMatchObject({ code: 'NotListening' });
  });

  test('the probe passes where client certificates are required', async () => {
    await using running = await runServer({ routes: [echo], clientCa: (await makeCa()).certPem });
    await running.server.probe();
  });

  test('its remaining days are a metric', async () => {
    const registry = new Registry();
    await using running = await runServer({ routes: [echo], metrics: new WebhookMetrics(registry) });
    expect(running.url).toMatch(/^https:/);
    const line = /^tke_webhook_certificate_days_left\{server="test"\} (.+)$/m.exec(await registry.metrics());
    expect(Number(line?.[1])).toBeCloseTo(1, 1);
  });
});

describe('handlers', () => {
  test('what they throw becomes a Status that tells no more than that', async () => {
    const logger = new RecordingLogger();
    const failing: Route = {
      path: '/fails',
      maxBodyBytes: 100,
      handle: () => {
        throw new Error('database password is hunter2');
      },
    };
    await using running = await runServer({ routes: [failing], logger });
    const answer = await running.post('/fails');
    expect(answer).toMatchObject({ status: 500, body: { kind: 'Status', reason: 'InternalError' } });
    expect(JSON.stringify(answer.body)).not.toContain('hunter2');
    expect(logger.at('error')).toHaveLength(1);
  });

  test('a problem of the request is told as it is', async () => {
    const causes = [{ reason: 'FieldValueInvalid', message: 'must be set', field: 'spec.user' }];
    const picky: Route = {
      path: '/picky',
      maxBodyBytes: 100,
      handle: () => Promise.reject(new RequestProblem('BadRequest', 'no user', { remedy: 'Name one.', causes })),
      onFailure: () => ({ status: 200, body: 'not asked' }),
    };
    await using running = await runServer({ routes: [picky] });
    expect((await running.post('/picky')).body).toMatchObject({
      message: 'no user; Name one.',
      code: 400,
      details: { causes },
    });
  });

  test('an answer that is no JSON fails that request only', async () => {
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    const route: Route = { path: '/circular', maxBodyBytes: 100, handle: () => ({ status: 200, body: circular }) };
    await using running = await runServer({ routes: [route, echo] });
    await expect(running.post('/circular')).rejects.toThrow();
    expect((await running.post('/echo')).status).toBe(200);
  });

  test.each([
    ['its own deadline', 100, ''],
    ['half of a short ?timeout= of the caller', 60_000, '?timeout=1s'],
  ])('one that hangs is given up at %s', async (_what, timeoutMs, query) => {
    const reasons: unknown[] = [];
    const route = hanging('/hangs', timeoutMs, (reason) => reasons.push(reason));
    const onFailure: Route['onFailure'] = ({ body }, error) => ({
      status: 200,
      body: { body, error: (error as Error).message },
    });
    await using running = await runServer({ routes: [{ ...route, onFailure }] });
    const answer = await running.post(`/hangs${query}`, { payload: { uid: 1 } });
    expect(answer.body).toEqual({
      body: { uid: 1 },
      error: expect.stringMatching(/\/hangs took longer than (100|500) ms/),
    });
    expect(reasons).toEqual([expect.objectContaining({ code: 'DeadlineExceeded' })]);
  });

  test('one whose caller leaves is told so', async () => {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    await using running = await runServer({ routes: [hanging('/hangs', 60_000, resolve)] });
    const socket = await dial(running.url, { ca: running.ca.certPem });
    socket.write('POST /hangs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}');
    setTimeout(() => socket.destroy(), 50);
    expect(await promise).toMatchObject({ name: 'CallerGone' });
  });

  test('requests are counted by route and status', async () => {
    const registry = new Registry();
    await using running = await runServer({ routes: [echo], metrics: new WebhookMetrics(registry) });
    const count = async (code: number) => {
      const text = await registry.metrics();
      return Number(new RegExp(`requests_total\\{webhook="/echo",code="${code}"\\} (\\d+)`).exec(text)?.[1]);
    };
    expect(await count(200)).toBe(0);
    await Promise.all([running.post('/echo'), running.post('/echo'), running.post('/echo', { payload: '{' })]);
    await running.post('/no-such-path');
    expect([await count(200), await count(400)]).toEqual([2, 1]);
    const text = await registry.metrics();
    expect(text).toContain('controller_runtime_webhook_requests_in_flight{webhook="/echo"} 0');
    expect(text).toContain('controller_runtime_webhook_latency_seconds_count{webhook="/echo"} 3');
    expect(text).not.toContain('no-such-path');
  });
});

describe('stopping', () => {
  test('under load loses no request, closes every connection and accepts no more', async () => {
    const slow: Route = { ...echo, handle: async (request) => (await delay(30), echo.handle(request)) };
    await using running = await runServer({ routes: [slow], limits: { lameDuckMs: 300, drainTimeoutMs: 5000 } });
    const results = { answered: 0, closing: 0, refused: 0 };
    const callers = Array.from({ length: 10 }, async () => {
      using agent = disposableAgent({ keepAlive: true, maxSockets: 1 });
      for (;;) {
        try {
          const answer = await running.post('/echo', { agent });
          results.answered++;
          results.closing += answer.headers.connection === 'close' ? 1 : 0;
        } catch (error) {
          expect(error).toBeInstanceOf(NotConnected);
          results.refused++;
          return;
        }
      }
    });
    await eventually(() => expect(results.answered).toBeGreaterThan(20));
    expect(results.closing).toBe(0);
    await running.stop();
    await Promise.all(callers);
    expect(results.refused).toBe(10);
    expect(results.closing).toBeGreaterThanOrEqual(10);
  });

  test('a request that never ends is cut when its time is over', async () => {
    const logger = new RecordingLogger();
    const route = hanging('/hangs', 60_000, () => undefined);
    await using running = await runServer({ routes: [route], logger, limits: { drainTimeoutMs: 100 } });
    const failed = expect(running.post('/hangs')).rejects.toThrow(/socket hang up|ECONNRESET/);
    await delay(50);
    await running.stop();
    await failed;
    expect(logger.at('warn')).toHaveLength(1);
  });

  test('an idle connection does not hold it up', async () => {
    await using running = await runServer({ routes: [echo], limits: { drainTimeoutMs: 60_000 } });
    using agent = disposableAgent({ keepAlive: true });
    await running.post('/echo', { agent });
    await running.stop();
  });
});

test('a port in use is named', async () => {
  await using running = await runServer({ routes: [] });
  const port = Number(new URL(running.url).port);
  const server = new HttpsServer({
    name: 'second',
    address: { host: '127.0.0.1', port },
    certificates: heldPair(await makeServerPair(running.ca)),
    routes: [],
    logger: discardLogger,
  });
  const failure = { code: 'ListenFailed', message: expect.stringContaining(`127.0.0.1:${port}`) };
  await expect(server.start(new AbortController().signal)).rejects.toMatchObject(failure);
  await expect(server.listening).rejects.toMatchObject(failure);
});

test.each(['', 'echo', '/a//b', '/a/', '/:', '/a*', '/(a|b)', '/a?b'])('route path %j is refused', (path) => {
  const options = { name: 'x', address: { host: '127.0.0.1', port: 0 }, logger: discardLogger };
  const certificates = new CertificateHolder(discardLogger);
  expect(() => new HttpsServer({ ...options, certificates, routes: [{ ...echo, path }] })).toThrow(/malformed/);
});

test('two routes that match the same paths are refused', () => {
  const options = { name: 'x', address: { host: '127.0.0.1', port: 0 }, logger: discardLogger };
  const certificates = new CertificateHolder(discardLogger);
  const routes = [
    { ...echo, path: '/a/:x' },
    { ...echo, path: '/a/:y' },
  ];
  expect(() => new HttpsServer({ ...options, certificates, routes })).toThrow(/declared twice/);
});
