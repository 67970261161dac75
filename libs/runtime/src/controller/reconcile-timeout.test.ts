import { describe, expect, test } from '@jest/globals';

import type { ReconcileContext, Request } from '../reconcile.ts';
import { foo, running, setUp } from './testing/controller-run.ts';

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
