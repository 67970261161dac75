import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';

import { discardLogger } from '@tke/log';
import { FakeClock } from '@tke/time';

import { RuntimeMetrics } from '../metrics/runtime-metrics.ts';
import { healthEndpoint, metricsEndpoint } from './endpoints.ts';
import { HealthChecks } from './health-checks.ts';
import type { HttpEndpoint } from './http-endpoint.ts';

jest.setTimeout(30_000);

const anyPort = { host: '127.0.0.1', port: 0 };
let stop: AbortController;
let running: Promise<void>[];

beforeEach(() => {
  stop = new AbortController();
  running = [];
});

afterEach(async () => {
  stop.abort();
  await Promise.all(running);
});

async function serve(endpoint: HttpEndpoint): Promise<string> {
  running.push(endpoint.start(stop.signal));
  await endpoint.waitForSync();
  const { host, port } = await endpoint.address;
  return `http://${host}:${port}`;
}

async function get(url: string, method = 'GET'): Promise<string> {
  const response = await fetch(url, { method });
  return `${response.status} ${await response.text()}`;
}

const fail = () => {
  throw new Error('a secret reason');
};

describe('health', () => {
  const clock = new FakeClock();
  let healthz: HealthChecks;
  let readyz: HealthChecks;
  let url: string;

  beforeEach(async () => {
    healthz = new HealthChecks(discardLogger, clock);
    readyz = new HealthChecks(discardLogger, clock);
    url = await serve(healthEndpoint(anyPort, healthz, readyz, discardLogger));
  });

  test.each([
    ['/healthz', '200 ok'],
    ['/healthz?verbose', '200 [+]ping ok\nhealthz check passed\n'],
    ['/healthz/ping', '200 ok'],
    ['/healthz/other', '404 no check "other"; there are: \n'],
    ['/', '404 here are only: /healthz, /readyz\n'],
    ['/nothing', '404 here are only: /healthz, /readyz\n'],
  ])('without checks %s is %s', async (path, expected) => {
    await expect(get(url + path)).resolves.toBe(expected);
  });

  test.each([
    ['/readyz', '500 [+]a ok\n[-]bad failed: reason withheld\n[+]z ok\nhealthz check failed\n'],
    ['/readyz?verbose', '500 [+]a ok\n[-]bad failed: reason withheld\n[+]z ok\nhealthz check failed\n'],
    ['/readyz?exclude=bad', '200 ok'],
    ['/readyz?verbose&exclude=bad', '200 [+]a ok\n[+]bad excluded: ok\n[+]z ok\nhealthz check passed\n'],
    [
      '/readyz?verbose&exclude=bad&exclude=x',
      '200 [+]a ok\n[+]bad excluded: ok\n[+]z ok\nwarn: some health checks cannot be excluded: no matches for "x"\nhealthz check passed\n',
    ],
    ['/readyz/a', '200 ok'],
    ['/readyz/bad', '500 bad failed: reason withheld\n'],
    ['/readyz/ping', '404 no check "ping"; there are: a, bad, z\n'],
    ['/healthz', '200 ok'],
  ])('with checks of which one fails %s is %s', async (path, expected) => {
    readyz.add('z', () => Promise.resolve());
    readyz.add('bad', fail);
    readyz.add('a', () => undefined);
    await expect(get(url + path)).resolves.toBe(expected);
  });

  test('a check that hangs has failed after 5 s', async () => {
    let signal: AbortSignal | undefined;
    const entered = Promise.withResolvers<undefined>();
    healthz.add('stuck', (aborted) => {
      signal = aborted;
      entered.resolve(undefined);
      return new Promise(() => undefined);
    });
    const answer = get(`${url}/healthz/stuck`);
    await entered.promise;
    await clock.advance(5_000);
    await expect(answer).resolves.toBe('500 stuck failed: reason withheld\n');
    expect(signal?.aborted).toBe(true);
  });

  test('only GET and HEAD are answered', async () => {
    await expect(get(`${url}/healthz`, 'POST')).resolves.toBe('405 only GET and HEAD are answered\n');
    await expect(get(`${url}/healthz`, 'HEAD')).resolves.toBe('200 ');
  });
});

test('metrics are served in the text format', async () => {
  const metrics = new RuntimeMetrics();
  metrics.onRequest({ method: 'GET', code: 200, host: 'hub:6443' });
  metrics.onRequest({ method: 'GET', code: '<error>', host: 'hub:6443' });
  metrics.cache.listStarted('rules.auth.tkestack.io');
  const url = await serve(metricsEndpoint(anyPort, metrics, discardLogger));
  const response = await fetch(`${url}/metrics`);
  const text = await response.text();
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(text).toContain('rest_client_requests_total{method="GET",code="200",host="hub:6443"} 1\n');
  expect(text).toContain('rest_client_requests_total{method="GET",code="<error>",host="hub:6443"} 1\n');
  expect(text).toContain('reflector_lists_total{name="rules.auth.tkestack.io"} 1\n');
  expect(text).toContain('process_resident_memory_bytes');
  await expect(get(url)).resolves.toBe('404 here are only: /metrics\n');
});

test('two managers of one process do not share metrics', async () => {
  const [a, b] = [new RuntimeMetrics(), new RuntimeMetrics()];
  a.leaderElection('lock').setLeading(true);
  await expect(b.expose()).resolves.not.toContain('name="lock"');
});

test('an address that is taken is named', async () => {
  const url = new URL(await serve(metricsEndpoint(anyPort, new RuntimeMetrics(), discardLogger)));
  const taken = { host: url.hostname, port: Number(url.port) };
  const second = metricsEndpoint(taken, new RuntimeMetrics(), discardLogger);
  await expect(second.start(stop.signal)).rejects.toMatchObject({
    code: 'ListenFailed',
    message: expect.stringContaining(`metrics cannot listen on 127.0.0.1:${taken.port}: listen EADDRINUSE`),
  });
  await expect(second.address).rejects.toMatchObject({ code: 'ListenFailed' });
});

test('a stop closes the server, with the requests that wait for an answer', async () => {
  const checks = new HealthChecks(discardLogger, new FakeClock());
  const entered = Promise.withResolvers<undefined>();
  checks.add('stuck', () => (entered.resolve(undefined), new Promise(() => undefined)));
  const endpoint = healthEndpoint(anyPort, checks, checks, discardLogger);
  const ended = endpoint.start(stop.signal);
  const { port } = await endpoint.address;
  const cut = expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow();
  await entered.promise;
  stop.abort();
  await ended;
  await cut;
  await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow();
});
