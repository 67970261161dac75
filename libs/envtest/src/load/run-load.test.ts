import { once } from 'node:events';
import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';

import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { createCa, issueCertificate, type CertificateAndKey } from '@tke/pki';
import { systemClock } from '@tke/time';

import { answerOf } from './answer.ts';
import { startLoad } from './load-process.ts';
import type { LoadOptions } from './options.ts';
import { runLoad } from './run-load.ts';

jest.setTimeout(60_000);

type Answer = (request: Http2ServerRequest, response: Http2ServerResponse) => void;

let ca: CertificateAndKey;
let client: CertificateAndKey;
let server: Http2SecureServer;
let target: Pick<LoadOptions, 'url' | 'ca' | 'client'>;
let answer: Answer;
const callers = new Set<string>();

const review = (status: object) => JSON.stringify({ kind: 'SubjectAccessReview', status });
const allow = review({ allowed: true });
const respond =
  (status: number, body: string): Answer =>
  (_request, response) =>
    response.writeHead(status, { 'content-length': body.length }).end(body);

beforeAll(async () => {
  ca = await createCa({ commonName: 'load', days: 1, clock: systemClock });
  const issue = (commonName: string, usage: 'server' | 'client') =>
    issueCertificate({ ca, commonName, dnsNames: ['localhost'], usages: [usage], days: 1, clock: systemClock });
  client = await issue('caller', 'client');
  const { certPem, keyPem } = await issue('localhost', 'server');
  server = createSecureServer({ cert: certPem, key: keyPem, ca: ca.certPem, requestCert: true, allowHTTP1: true });
  server.on('request', (request, response) => {
    callers.add((request.socket as TLSSocket).getPeerCertificate().subject.CN as string);
    request.resume().on('end', () => answer(request, response));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  target = { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, ca: ca.certPem, client };
});

afterAll(() => new Promise((resolve) => server.close(resolve)));

const requests = [{ path: '/x', body: { spec: {} }, right: ['allow'] }];
const untilAnswered = (count: number): AbortSignal & { hit(): void } => {
  const stop = new AbortController();
  let left = count;
  return Object.assign(stop.signal, { hit: () => --left === 0 && stop.abort() });
};

describe.each(['http/1.1', 'h2'] as const)('over %s', (protocol) => {
  test('counts statuses, answers and wrong ones, as the caller of its certificate', async () => {
    const bodies = [respond(200, allow), respond(200, review({ allowed: false })), respond(503, '{}')];
    const stop = untilAnswered(30);
    let turn = 0;
    callers.clear();
    answer = (request, response) => {
      bodies[turn++ % bodies.length]!(request, response);
      stop.hit();
    };
    const report = await runLoad({ ...target, requests, protocol, connections: 3, streams: 2 }, stop);
    expect(report.answered).toBeGreaterThanOrEqual(30);
    expect(report.statuses['200']! + report.statuses['503']!).toBe(report.answered);
    expect(report.answers.allow! + report.answers.noOpinion! + report.answers['HTTP 503']!).toBe(report.answered);
    expect(report.wrong).toBe(report.answered - report.answers.allow!);
    expect(report.wrongExamples).toHaveLength(5);
    expect(report.wrongExamples[0]).toMatch(/"spec".* -> (noOpinion|HTTP 503)/);
    expect(report).toMatchObject({ unanswered: {}, refused: {}, connects: 3 });
    expect(report.latencyMs.max).toBeGreaterThanOrEqual(report.latencyMs.p50);
    expect([...callers]).toEqual(['caller']);
  });

  test.each([200, 201, 401, 403, 413, 429, 500, 503])('reads status %d', async (status) => {
    const stop = untilAnswered(1);
    answer = (request, response) => {
      respond(status, '{}')(request, response);
      stop.hit();
    };
    const report = await runLoad({ ...target, requests, protocol, connections: 1 }, stop);
    expect(report.statuses).toEqual({ [status]: report.answered });
  });

  test('opens lost connections again and counts what got no answer', async () => {
    const stop = untilAnswered(20);
    let turn = 0;
    answer = (request, response) => {
      stop.hit();
      if (turn++ % 5 === 4) {
        (protocol === 'h2' ? request.stream.session : request.socket)!.destroy();
      } else {
        respond(200, allow)(request, response);
      }
    };
    const report = await runLoad({ ...target, requests, protocol, connections: 1 }, stop);
    expect(report.connects).toBeGreaterThanOrEqual(4);
    expect(Object.values(report.unanswered).reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(4);
    expect(report.wrong).toBe(0);
  });

  test('counts connections that are refused', async () => {
    const report = await runLoad({ ...target, url: 'https://127.0.0.1:1', requests, protocol, seconds: 0.1 });
    expect(report.refused.ECONNREFUSED).toBeGreaterThan(0);
    expect(report).toMatchObject({ answered: 0, unanswered: {} });
  });

  test('gives up on an answer that does not come', async () => {
    const stop = untilAnswered(2);
    answer = () => stop.hit();
    const report = await runLoad({ ...target, requests, protocol, connections: 1, timeoutMs: 50 }, stop);
    expect(report.answered).toBe(0);
    expect(report.unanswered).toEqual({ TIMEOUT: expect.any(Number) });
    expect(report.unanswered.TIMEOUT).toBeGreaterThanOrEqual(2);
  });
});

test('a connection that the server announces to close loses nothing', async () => {
  const stop = untilAnswered(10);
  answer = (_request, response) => {
    stop.hit();
    response.writeHead(200, { 'content-length': allow.length, connection: 'close' }).end(allow);
  };
  const report = await runLoad({ ...target, requests, connections: 1 }, stop);
  expect(report).toMatchObject({ unanswered: {}, refused: {}, wrong: 0 });
  expect(report.connects).toBe(report.answered);
});

test('what the server refuses before it closes counts as refused', async () => {
  const stop = untilAnswered(3);
  answer = (request, response) => {
    if (request.stream.id === 1) {
      respond(200, allow)(request, response);
    } else {
      stop.hit();
      request.stream.session!.goaway(0, 1);
    }
  };
  const report = await runLoad({ ...target, requests, protocol: 'h2', connections: 1 }, stop);
  expect(report).toMatchObject({ unanswered: {}, answered: 3, connects: 3, refused: { GOAWAY: 3 } });
});

test('a fixed rate is kept, and a slow answer counts for those who waited behind it', async () => {
  const stop = untilAnswered(150);
  let turn = 0;
  answer = (request, response) => {
    stop.hit();
    setTimeout(() => respond(200, allow)(request, response), turn++ === 10 ? 300 : 0);
  };
  const report = await runLoad({ ...target, requests, connections: 1, perSecond: 100 }, stop);
  expect(report.answered).toBe(150);
  expect(report.seconds).toBeGreaterThan(1.45);
  // Some thirty were due during these 300 ms.
  expect(report.latencyMs.p90).toBeGreaterThan(50);
});

test('runs in a process of its own, until it is told to stop', async () => {
  const answered = Promise.withResolvers<undefined>();
  answer = (request, response) => {
    respond(200, allow)(request, response);
    answered.resolve(undefined);
  };
  const load = startLoad({ ...target, requests, connections: 2 });
  await answered.promise;
  expect(await load.stop()).toMatchObject({ connects: 2, wrong: 0, unanswered: {} });
});

test.each<[number, string, string]>([
  [200, allow, 'allow'],
  [200, review({ allowed: false, denied: true }), 'deny'],
  [200, review({ allowed: false, denied: false }), 'noOpinion'],
  [200, '{"response":{"allowed":false}}', 'deny'],
  [200, '{"response":{"allowed":true}}', 'allow'],
  [200, '[]', 'other'],
  [200, 'x', 'other'],
  [429, allow, 'HTTP 429'],
])('%d %s is %s', (status, body, expected) => {
  expect(answerOf(status, body)).toBe(expected);
});
