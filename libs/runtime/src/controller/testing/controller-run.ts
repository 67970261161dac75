import { codedErrors } from '@tke/errors';
import { FakeClock } from '@tke/time';

import { RuntimeMetrics } from '../../metrics/runtime-metrics.ts';
import { metricValue } from '../../metrics/testing/metric-value.ts';
import type { ReconcileContext, Reconciler, Request, Result } from '../../reconcile.ts';
import { Controller, type ControllerSetup } from '../controller.ts';
import type { Enqueue, Source } from '../source.ts';
import { RecordingLogger } from '@tke/log/testing';

export const errors = codedErrors({
  Busy: { class: 'Retryable', remedy: 'Wait.' },
  BadSpec: { class: 'NeedsUser', remedy: 'Correct the spec.' },
  Broken: { class: 'Bug', remedy: 'Report it.' },
});

/** A source that the test feeds by hand. */
export class ManualSource implements Source {
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

/** A controller with a source, a clock, a log and metrics that the test reads and moves. */
export function setUp(reconcile: Reconcile, options: Partial<ControllerSetup> = {}) {
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
export async function running(context: ReturnType<typeof setUp>, body: () => Promise<void>): Promise<void> {
  const ended = context.controller.start(context.stop.signal);
  await context.clock.advance(0);
  await body();
  context.stop.abort();
  await context.clock.advance(60_000);
  await ended;
}

export const foo: Request = { namespace: 'default', name: 'foo' };
