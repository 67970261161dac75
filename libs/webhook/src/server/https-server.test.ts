import { describe, expect, jest, test } from '@jest/globals';

import { discardLogger } from '@tke/log';

import { CertificateHolder } from '../certificates/holder.ts';
import { heldPair, makeServerPair } from '../testing/certificates.ts';
import { dial, disposableAgent, untilClosed } from '../testing/https-client.ts';
import { echo, megabyte } from '../testing/routes.ts';
import { runServer } from '../testing/running-server.ts';
import { HttpsServer } from './https-server.ts';

jest.setTimeout(60_000);

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
