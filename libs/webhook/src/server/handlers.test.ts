import { describe, expect, jest, test } from '@jest/globals';

import { Registry } from 'prom-client';

import { dial } from '../testing/https-client.ts';
import { RecordingLogger } from '@tke/log/testing';
import { echo, hanging } from '../testing/routes.ts';
import { runServer } from '../testing/running-server.ts';
import { WebhookMetrics } from './metrics.ts';
import { RequestProblem } from './request-problem.ts';
import type { Route } from './route.ts';

jest.setTimeout(60_000);

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
    const route = hanging('/hangs', timeoutMs, { onAbort: (reason) => reasons.push(reason) });
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
    const called = Promise.withResolvers<undefined>();
    const aborted = Promise.withResolvers<unknown>();
    const route = hanging('/hangs', 60_000, { onCall: () => called.resolve(undefined), onAbort: aborted.resolve });
    await using running = await runServer({ routes: [route] });
    const socket = await dial(running.url, { ca: running.ca.certPem });
    socket.write('POST /hangs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}');
    await called.promise;
    socket.destroy();
    expect(await aborted.promise).toMatchObject({ name: 'CallerGone' });
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
