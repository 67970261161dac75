import { setTimeout as delay } from 'node:timers/promises';

import { describe, expect, test } from '@jest/globals';

import { eventually } from '../testing/eventually.ts';
import { disposableAgent, NotConnected } from '../testing/https-client.ts';
import { RecordingLogger } from '../testing/recording-logger.ts';
import { echo, hanging } from '../testing/routes.ts';
import { runServer } from '../testing/running-server.ts';
import type { Route } from './route.ts';

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
