import { setTimeout as delay } from 'node:timers/promises';

import { describe, expect, jest, test } from '@jest/globals';
import { FakeClock } from '@tke/time';

import { eventually } from '../testing/eventually.ts';
import { disposableAgent, NotConnected } from '../testing/https-client.ts';
import { RecordingLogger } from '@tke/log/testing';
import { echo, hanging } from '../testing/routes.ts';
import { runServer } from '../testing/running-server.ts';
import type { Route } from './route.ts';

jest.setTimeout(60_000);

describe('stopping', () => {
  test('under load loses no request, closes every connection and accepts no more', async () => {
    const slow: Route = { ...echo, handle: async (request) => (await delay(30), echo.handle(request)) };
    const clock = new FakeClock();
    await using running = await runServer({ routes: [slow], clock, limits: { lameDuckMs: 300 } });
    const results = { answered: 0, refused: 0 };
    const closing = Array.from({ length: 10 }, () => 0);
    const callers = closing.map(async (_, caller) => {
      using agent = disposableAgent({ keepAlive: true, maxSockets: 1 });
      for (;;) {
        try {
          const answer = await running.post('/echo', { agent });
          results.answered++;
          closing[caller]! += answer.headers.connection === 'close' ? 1 : 0;
        } catch (error) {
          expect(error).toBeInstanceOf(NotConnected);
          results.refused++;
          return;
        }
      }
    });
    await eventually(() => expect(results.answered).toBeGreaterThan(20));
    expect(Math.max(...closing)).toBe(0);
    const stopped = running.stop();
    // The callers come again while their connections are closed, and go on being served.
    await eventually(() => expect(Math.min(...closing)).toBeGreaterThan(1));
    expect(results.refused).toBe(0);
    await clock.advance(300);
    await Promise.all([stopped, ...callers]);
    expect(results.refused).toBe(10);
  });

  test('a request that never ends is cut when its time is over', async () => {
    const logger = new RecordingLogger();
    const called = Promise.withResolvers<undefined>();
    const route = hanging('/hangs', 60_000, { onCall: () => called.resolve(undefined) });
    await using running = await runServer({ routes: [route], logger, limits: { drainTimeoutMs: 100 } });
    const failed = expect(running.post('/hangs')).rejects.toThrow(/socket hang up|ECONNRESET/);
    await called.promise;
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
