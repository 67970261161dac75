import { describe, expect, jest, test } from '@jest/globals';

import { lowPriority } from '../queue/work-queue.ts';
import type { Request } from '../reconcile.ts';
import type { Source } from './source.ts';
import { errors, foo, ManualSource, running, setUp } from './testing/controller-run.ts';

jest.setTimeout(30_000);

describe('start', () => {
  test('reconciles what its sources enqueue', async () => {
    const seen: Request[] = [];
    const context = setUp((request) => Promise.resolve(void seen.push(request)));
    await running(context, async () => {
      context.source.enqueue(foo);
      context.source.enqueue({ cluster: 'cls-1', name: 'node' });
      await context.clock.advance(0);
    });
    expect(seen).toEqual([foo, { cluster: 'cls-1', name: 'node' }]);
    expect(context.controller.queue.failures('default/foo')).toBe(0);
  });

  test('reconciles nothing before all sources have delivered their initial state', async () => {
    const seen: string[] = [];
    const synced = Promise.withResolvers<undefined>();
    const slow: Source = {
      name: 'slow',
      start: async (enqueue) => {
        enqueue(foo, { priority: lowPriority });
        await synced.promise;
      },
    };
    const context = setUp(({ name }) => Promise.resolve(void seen.push(name)), { sources: [slow, new ManualSource()] });
    await running(context, async () => {
      await context.clock.advance(1000);
      expect(seen).toEqual([]);
      expect(context.controller.queue.depths.get(lowPriority)).toBe(1);
      synced.resolve(undefined);
      await context.clock.advance(0);
    });
    expect(seen).toEqual(['foo']);
  });

  test('rejects when a source does not deliver its initial state in time', async () => {
    let signal: AbortSignal | undefined;
    const stuck: Source = {
      name: 'widgets.example.io',
      start: (_, aborted) => ((signal = aborted), new Promise(() => undefined)),
    };
    const { controller, clock, stop } = setUp(() => Promise.resolve(undefined), { sources: [stuck] });
    const ended = expect(controller.start(stop.signal)).rejects.toMatchObject({
      code: 'SourceNotSynced',
      message: 'source widgets.example.io of controller test did not deliver its initial state within 120 s',
    });
    await clock.advance(119_999);
    expect(signal?.aborted).toBe(false);
    await clock.advance(1);
    await ended;
    expect(signal?.aborted).toBe(true);
    expect(clock.pendingTimers).toBe(0);
  });

  test('a source that takes less than the timeout is no error', async () => {
    const slow: Source = { name: 'slow', start: () => context.clock.sleep(9_000) };
    const context = setUp(() => Promise.resolve(undefined), { sources: [slow], syncTimeoutMs: 10_000 });
    await running(context, () => context.clock.advance(60_000));
    expect(context.logger.lines.map(({ message }) => message)).toContain('Starting workers');
  });

  test.each([
    ['rejects', () => Promise.reject(new Error('no such kind'))],
    [
      'throws',
      () => {
        throw new Error('no such kind');
      },
    ],
  ])('rejects when a source %s', async (_, start) => {
    const { controller, stop } = setUp(() => Promise.resolve(undefined), { sources: [{ name: 'bad', start }] });
    await expect(controller.start(stop.signal)).rejects.toThrow('no such kind');
  });

  test('ends without an error when it is stopped while it waits for its sources', async () => {
    const waiting: Source = {
      name: 'waiting',
      start: (_, signal) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
    };
    const { controller, stop, clock } = setUp(() => Promise.resolve(undefined), { sources: [waiting] });
    const ended = controller.start(stop.signal);
    await clock.advance(10);
    stop.abort();
    await expect(ended).resolves.toBeUndefined();
  });

  test('does nothing when it is stopped before', async () => {
    const { controller, source } = setUp(() => Promise.resolve(undefined));
    await expect(controller.start(AbortSignal.abort())).resolves.toBeUndefined();
    expect(source.signal).toBeUndefined();
  });

  test('a second start is an error', async () => {
    const context = setUp(() => Promise.resolve(undefined));
    await running(context, async () => {
      await expect(context.controller.start(context.stop.signal)).rejects.toMatchObject({
        code: 'ControllerStartedTwice',
      });
    });
  });
});

describe('concurrency', () => {
  test('runs as many reconciles as it may, never two of one key', async () => {
    const active = new Map<string, number>();
    let most = 0;
    const context: ReturnType<typeof setUp> = setUp(
      async ({ name }) => {
        active.set(name, (active.get(name) ?? 0) + 1);
        expect(active.get(name)).toBe(1);
        most = Math.max(most, [...active.values()].filter((count) => count > 0).length);
        await context.clock.sleep(10);
        active.set(name, 0);
        return undefined;
      },
      { concurrency: 3 },
    );
    await running(context, async () => {
      for (let round = 0; round < 20; round++) {
        for (const name of ['a', 'b', 'c', 'd', 'e']) {
          context.source.enqueue({ name });
        }
        await context.clock.advance(7);
      }
      await expect(context.metric('controller_runtime_max_concurrent_reconciles')).resolves.toBe(3);
      await context.clock.advance(100);
    });
    expect(most).toBe(3);
  });

  test('reconciles that wait for nothing leave other callbacks their turn', async () => {
    let turns = 0;
    let reconciled = 0;
    let backlog = 0;
    const context = setUp(
      () => {
        const end = performance.now() + 1;
        while (performance.now() < end) {
          // Busy, as a reconcile that only computes.
        }
        reconciled++;
        return Promise.resolve(undefined);
      },
      { clock: undefined as never },
    );
    const count = () => {
      turns++;
      backlog = 200 - reconciled;
      if (backlog > 0) {
        setImmediate(count);
      }
    };
    const ended = context.controller.start(context.stop.signal);
    await new Promise(setImmediate);
    for (let index = 0; index < 200; index++) {
      context.source.enqueue({ name: `key-${index}` });
    }
    setImmediate(count);
    while (reconciled < 200) {
      await new Promise(setImmediate);
    }
    context.stop.abort();
    await ended;
    expect(turns).toBeGreaterThan(5);
  });
});

describe('end', () => {
  test('a stop waits for reconciles under way and does not abort them', async () => {
    let signal: AbortSignal | undefined;
    let ended = false;
    const context: ReturnType<typeof setUp> = setUp(async (_, { signal: aborted }) => {
      signal = aborted;
      await context.clock.sleep(1000);
      return undefined;
    });
    const end = context.controller.start(context.stop.signal).then(() => (ended = true));
    await context.clock.advance(0);
    context.source.enqueue(foo);
    context.source.enqueue({ name: 'never' });
    await context.clock.advance(500);

    context.stop.abort();
    await context.clock.advance(499);
    expect(ended).toBe(false);
    expect(signal?.aborted).toBe(false);
    expect(context.source.signal?.aborted).toBe(true);

    await context.clock.advance(1);
    await end;
    await expect(context.metric('controller_runtime_reconcile_total', { result: 'success' })).resolves.toBe(1);
    expect(context.clock.pendingTimers).toBe(0);
  });

  test('a hard stop aborts reconciles under way, with its reason and without an error in the log', async () => {
    const hardStop = new AbortController();
    const context = setUp(
      (_, { signal }) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
      { hardStop: hardStop.signal },
    );
    const ended = context.controller.start(context.stop.signal);
    await context.clock.advance(0);
    context.source.enqueue(foo);
    await context.clock.advance(0);

    context.stop.abort();
    hardStop.abort(errors.Busy('leadership lost'));

    await ended;
    expect(context.logger.at('error')).toEqual([]);
  });
});

test('metrics of the queue and of reconciles carry the name of the controller, at 0 from the beginning', async () => {
  const context = setUp(() => context.clock.sleep(250).then(() => undefined));
  for (const result of ['success', 'error', 'requeue', 'requeue_after']) {
    await expect(context.metric('controller_runtime_reconcile_total', { result })).resolves.toBe(0);
  }
  await expect(context.metric('workqueue_depth', { name: 'test', priority: '0' })).resolves.toBe(0);
  await running(context, async () => {
    context.source.enqueue(foo);
    context.source.enqueue({ name: 'bar' }, { priority: lowPriority });
    await context.clock.advance(200);
    await expect(context.metric('controller_runtime_active_workers')).resolves.toBe(1);
    await expect(context.metric('workqueue_depth', { priority: String(lowPriority) })).resolves.toBe(1);
    await expect(context.metric('workqueue_unfinished_work_seconds')).resolves.toBe(0.2);
    await expect(context.metric('workqueue_longest_running_processor_seconds')).resolves.toBe(0.2);
    await context.clock.advance(300);
  });
  await expect(context.metric('controller_runtime_active_workers')).resolves.toBe(0);
  await expect(context.metric('controller_runtime_reconcile_time_seconds_sum')).resolves.toBe(0.5);
  await expect(context.metric('controller_runtime_reconcile_time_seconds_count')).resolves.toBe(2);
  await expect(context.metric('workqueue_adds_total')).resolves.toBe(2);
  await expect(context.metric('workqueue_queue_duration_seconds_sum')).resolves.toBe(0.25);
  await expect(context.metric('workqueue_work_duration_seconds_sum')).resolves.toBe(0.5);
});
