import { describe, expect, test } from '@jest/globals';

import { codedErrors } from '@tke/errors';
import { FakeClock } from '@tke/time';

import { RuntimeMetrics } from '../metrics/runtime-metrics.ts';
import { metricValue } from '../metrics/testing/metric-value.ts';
import { lowPriority } from '../queue/work-queue.ts';
import type { ReconcileContext, Reconciler, Request, Result } from '../reconcile.ts';
import { Controller, type ControllerSetup } from './controller.ts';
import type { Enqueue, Source } from './source.ts';
import { RecordingLogger } from './testing/recording-logger.ts';

const errors = codedErrors({
  Busy: { class: 'Retryable', remedy: 'Wait.' },
  BadSpec: { class: 'NeedsUser', remedy: 'Correct the spec.' },
  Broken: { class: 'Bug', remedy: 'Report it.' },
});

/** A source that the test feeds by hand. */
class ManualSource implements Source {
  readonly name = 'manual';
  enqueue: Enqueue = () => undefined;
  signal: AbortSignal | undefined;

  start(enqueue: Enqueue, signal: AbortSignal): Promise<void> {
    this.enqueue = enqueue;
    this.signal = signal;
    return Promise.resolve();
  }
}

type Reconcile = (request: Request, context: ReconcileContext) => Promise<Result | undefined>;

function setUp(reconcile: Reconcile, options: Partial<ControllerSetup> = {}) {
  const clock = new FakeClock();
  const logger = new RecordingLogger();
  const metrics = new RuntimeMetrics({ processDefaults: false });
  const source = new ManualSource();
  const stop = new AbortController();
  const reconciler: Reconciler = { reconcile };
  const controller = new Controller({
    name: 'test',
    reconciler,
    sources: [source],
    logger,
    metrics,
    clock,
    ...options,
  });
  const metric = (name: string, labels: Record<string, string> = {}) =>
    metricValue(metrics, name, { controller: 'test', ...labels });
  return { clock, logger, metrics, source, stop, controller, metric };
}

/** Starts the controller, runs the body and stops it again. */
async function running(context: ReturnType<typeof setUp>, body: () => Promise<void>): Promise<void> {
  const ended = context.controller.start(context.stop.signal);
  await context.clock.advance(0);
  await body();
  context.stop.abort();
  await context.clock.advance(60_000);
  await ended;
}

const foo: Request = { namespace: 'default', name: 'foo' };

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

describe('what a reconcile ends with', () => {
  test('success: failures are forgotten, nothing is queued', async () => {
    let calls = 0;
    const context = setUp(() => (++calls === 1 ? Promise.reject(errors.Busy('not now')) : Promise.resolve(undefined)));
    await running(context, async () => {
      context.source.enqueue(foo);
      await context.clock.advance(0);
      expect(context.controller.queue.failures('default/foo')).toBe(1);
      await context.clock.advance(5);
      expect(calls).toBe(2);
      expect(context.controller.queue.failures('default/foo')).toBe(0);
      await context.clock.advance(10_000_000);
    });
    expect(calls).toBe(2);
    await expect(context.metric('controller_runtime_reconcile_total', { result: 'success' })).resolves.toBe(1);
    await expect(context.metric('controller_runtime_reconcile_total', { result: 'error' })).resolves.toBe(1);
    await expect(context.metric('controller_runtime_reconcile_errors_total')).resolves.toBe(1);
  });

  test('error: back-off grows until there is a result that is none', async () => {
    const times: number[] = [];
    const context = setUp(() => {
      times.push(context.clock.monotonic());
      return times.length < 6 ? Promise.reject(new Error('x')) : Promise.resolve(undefined);
    });
    await running(context, async () => {
      context.source.enqueue(foo);
      await context.clock.advance(1000);
    });
    expect(times.slice(1).map((time, index) => time - times[index]!)).toEqual([5, 10, 20, 40, 80]);
  });

  test('requeueAfterMs: failures are forgotten, then it comes again after the time', async () => {
    let calls = 0;
    const context = setUp(() => {
      calls++;
      return calls === 1 ? Promise.reject(new Error('x')) : Promise.resolve({ requeueAfterMs: 60_000 });
    });
    await running(context, async () => {
      context.source.enqueue(foo);
      await context.clock.advance(5);
      expect(context.controller.queue.failures('default/foo')).toBe(0);
      await context.clock.advance(59_999);
      expect(calls).toBe(2);
      await context.clock.advance(1);
      expect(calls).toBe(3);
    });
    await expect(context.metric('controller_runtime_reconcile_total', { result: 'requeue_after' })).resolves.toBe(2);
  });

  test.each([0, -5, undefined])('requeueAfterMs of %p is a success', async (requeueAfterMs) => {
    const context = setUp(() => Promise.resolve(requeueAfterMs === undefined ? {} : { requeueAfterMs }));
    await running(context, async () => {
      context.source.enqueue(foo);
      await context.clock.advance(1000);
    });
    await expect(context.metric('controller_runtime_reconcile_total', { result: 'success' })).resolves.toBe(1);
  });

  test('a NeedsUser error waits for the next event, is counted and logged once', async () => {
    let calls = 0;
    const context = setUp(() =>
      Promise.reject(errors.BadSpec(`spec.x is wrong, seen ${++calls > 2 ? 'again' : 'now'}`)),
    );
    await running(context, async () => {
      context.source.enqueue(foo);
      await context.clock.advance(10_000_000);
      expect(calls).toBe(1);
      context.source.enqueue(foo);
      await context.clock.advance(0);
      expect(calls).toBe(2);
      expect(context.logger.at('error')).toHaveLength(1);
      context.source.enqueue(foo);
      await context.clock.advance(0);
    });
    expect(context.logger.at('error')).toHaveLength(2);
    expect(context.controller.queue.failures('default/foo')).toBe(0);
    await expect(context.metric('controller_runtime_terminal_reconcile_errors_total')).resolves.toBe(3);
    await expect(context.metric('controller_runtime_reconcile_errors_total')).resolves.toBe(3);
  });

  test('a NeedsUser error ends the back-off of the errors before it', async () => {
    let calls = 0;
    const context = setUp(() =>
      Promise.reject(++calls < 4 ? errors.Busy('not now') : errors.BadSpec('spec.x is wrong')),
    );
    await running(context, async () => {
      context.source.enqueue(foo);
      await context.clock.advance(1000);
    });
    expect(calls).toBe(4);
    expect(context.controller.queue.failures('default/foo')).toBe(0);
  });

  test('retryAfterSeconds is the least it waits', async () => {
    let calls = 0;
    const context = setUp(() => (calls++, Promise.reject(errors.Busy('throttled', { retryAfterSeconds: 30 }))));
    await running(context, async () => {
      context.source.enqueue(foo);
      await context.clock.advance(29_999);
      expect(calls).toBe(1);
      await context.clock.advance(1);
    });
    expect(calls).toBe(2);
  });

  test.each([
    ['a rejection with an error of the program', () => Promise.reject(new TypeError('x is undefined')), 1],
    [
      'a synchronous throw',
      () => {
        throw new ReferenceError('y');
      },
      1,
    ],
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what a careless library does
    ['a rejection with undefined', () => Promise.reject(), 1],
    ['a coded error', () => Promise.reject(errors.Broken('z')), 0],
  ])('%s is retried and harms no other key', async (_, fail, panics) => {
    const seen: string[] = [];
    const context = setUp(({ name }) => (name === 'foo' ? fail() : Promise.resolve(void seen.push(name))));
    await running(context, async () => {
      context.source.enqueue(foo);
      context.source.enqueue({ name: 'bar' });
      await context.clock.advance(0);
      expect(seen).toEqual(['bar']);
      expect(context.controller.queue.failures('default/foo')).toBe(1);
    });
    await expect(context.metric('controller_runtime_reconcile_panics_total')).resolves.toBe(panics);
  });

  test.each([
    ['after an error', (): Promise<Result> => Promise.reject(new Error('x')), 5],
    ['after requeueAfterMs', (): Promise<Result> => Promise.resolve({ requeueAfterMs: 5 }), 5],
  ])('the priority is kept %s', async (_, reconcile, delayMs) => {
    let release: () => void = () => undefined;
    const context = setUp(async ({ name }) => {
      if (name === 'blocker') {
        await new Promise<void>((resolve) => (release = resolve));
        return undefined;
      }
      return reconcile();
    });
    await running(context, async () => {
      context.source.enqueue(foo, { priority: lowPriority });
      await context.clock.advance(0);
      context.source.enqueue({ name: 'blocker' });
      await context.clock.advance(delayMs);
      expect(context.controller.queue.depths.get(lowPriority)).toBe(1);
      release();
    });
  });
});

describe('log', () => {
  test('the same error is logged once, another one again, and again after a success', async () => {
    const outcomes = ['a', 'a', 'b', '', 'b'];
    const context = setUp(() => {
      const outcome = outcomes.shift() ?? '';
      return outcome === '' ? Promise.resolve(undefined) : Promise.reject(new Error(outcome));
    });
    await running(context, async () => {
      context.source.enqueue(foo);
      await context.clock.advance(1000);
      context.source.enqueue(foo);
      await context.clock.advance(1000);
    });
    expect(context.logger.at('error').map(({ fields }) => (fields.error as Error).message)).toEqual(['a', 'b', 'b']);
    expect(context.logger.at('error')[0]).toMatchObject({
      message: 'Reconcile failed',
      fields: { controller: 'test', object: 'default/foo', failures: 1 },
    });
  });

  test('each reconcile has a logger with controller, object and an id of its own', async () => {
    const context = setUp((_, { log }) => {
      log.info('here');
      return Promise.resolve(undefined);
    });
    await running(context, async () => {
      context.source.enqueue(foo);
      await context.clock.advance(0);
      context.source.enqueue(foo);
      await context.clock.advance(0);
    });
    const lines = context.logger.lines.filter(({ message }) => message === 'here');
    expect(lines[0]?.fields).toMatchObject({ controller: 'test', object: 'default/foo' });
    expect(new Set(lines.map(({ fields }) => fields.reconcileID)).size).toBe(2);
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

describe('timeout', () => {
  let context: ReturnType<typeof setUp>;
  const untilAborted = (_: Request, { signal }: ReconcileContext) =>
    new Promise<undefined>((_resolve, reject) =>
      signal.addEventListener('abort', () => reject(signal.reason as Error)),
    );

  test('aborts the reconcile, which is then retried and counted', async () => {
    context = setUp(untilAborted, { reconcileTimeoutMs: 1000 });
    await running(context, async () => {
      context.source.enqueue(foo);
      await context.clock.advance(1000);
      expect(context.controller.queue.failures('default/foo')).toBe(1);
      await context.clock.advance(5 + 1000);
      await expect(context.metric('controller_runtime_reconcile_timeouts_total')).resolves.toBe(2);
      await context.clock.advance(2000);
    });
    expect(context.logger.at('error')).toHaveLength(1);
    expect(context.logger.at('error')[0]?.fields.error).toMatchObject({
      code: 'ReconcileTimedOut',
      message: 'the reconcile did not end within 1 s',
    });
  });

  test('the key is not handed out again before a reconcile that ignores its signal has ended', async () => {
    let active = 0;
    context = setUp(
      async () => {
        active++;
        expect(active).toBe(1);
        await context.clock.sleep(5000);
        active--;
        return undefined;
      },
      { reconcileTimeoutMs: 1000, concurrency: 2 },
    );
    await running(context, async () => {
      context.source.enqueue(foo);
      await context.clock.advance(1500);
      context.source.enqueue(foo);
      await context.clock.advance(20_000);
    });
    await expect(context.metric('controller_runtime_reconcile_total', { result: 'success' })).resolves.toBe(2);
    await expect(context.metric('controller_runtime_reconcile_timeouts_total')).resolves.toBe(2);
  });

  test.each([
    ['a reconcile that ends in time', { reconcileTimeoutMs: 1000 }, () => Promise.resolve(undefined)],
    ['no timeout', {}, () => context.clock.sleep(5000).then(() => undefined)],
    [
      'a hard stop',
      { reconcileTimeoutMs: 1000, hardStop: AbortSignal.abort() },
      (_: Request, { signal }: ReconcileContext) => {
        expect(signal.aborted).toBe(true);
        return Promise.reject(new Error('aborted'));
      },
    ],
  ])('is not counted for %s', async (_, options, reconcile) => {
    context = setUp(reconcile, options);
    await running(context, async () => {
      context.source.enqueue(foo);
      await context.clock.advance(10_000);
    });
    await expect(context.metric('controller_runtime_reconcile_timeouts_total')).resolves.toBe(0);
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
