import { describe, expect, test } from '@jest/globals';

import { KubeApiError } from '@tke/kube-client';

import { lowPriority } from '../queue/work-queue.ts';
import type { Result } from '../reconcile.ts';
import { errors, foo, running, setUp } from './testing/controller-run.ts';

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

  test('a conflict is no error to look at', async () => {
    const conflict = new KubeApiError({ method: 'PUT', path: '/' }, 409, { reason: 'Conflict' });
    const outcomes: (Error | undefined)[] = [conflict, undefined];
    const context = setUp(() => {
      const outcome = outcomes.shift();
      return outcome === undefined ? Promise.resolve(undefined) : Promise.reject(outcome);
    });
    await running(context, async () => {
      context.source.enqueue(foo);
      await context.clock.advance(1000);
    });
    expect(context.logger.at('error')).toEqual([]);
    expect(context.logger.at('info')).toContainEqual(
      expect.objectContaining({ message: 'Reconcile failed', fields: expect.objectContaining({ error: conflict }) }),
    );
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
