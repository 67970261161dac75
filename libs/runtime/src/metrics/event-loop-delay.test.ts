import { createHistogram } from 'node:perf_hooks';

import { afterEach, expect, test } from '@jest/globals';

import { FakeClock } from '@tke/time';

import { EventLoopDelay } from './event-loop-delay.ts';
import { RuntimeMetrics } from './runtime-metrics.ts';
import { metricValue } from './testing/metric-value.ts';

const clock = new FakeClock();
let delay: EventLoopDelay;

afterEach(() => delay.stop());

function block(durationMs: number): void {
  const end = performance.now() + durationMs;
  while (performance.now() < end) {
    // Busy.
  }
}

async function untilMeasured(seconds: number): Promise<void> {
  while (delay.current().max < seconds) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test('shows a stall for the window it happened in and the one after it', async () => {
  delay = new EventLoopDelay(clock);
  const metrics = new RuntimeMetrics({ processDefaults: false });
  metrics.eventLoop(delay);
  expect(delay.current()).toEqual({ mean: 0, p99: 0, max: 0 });

  delay.start();
  await new Promise((resolve) => setTimeout(resolve, 50));
  block(150);
  await untilMeasured(0.1);
  await expect(metricValue(metrics, 'event_loop_delay_seconds', { stat: 'max' })).resolves.toBeGreaterThan(0.1);

  await clock.advance(15_000);
  expect(delay.current().max).toBeGreaterThan(0.1);
  await clock.advance(15_000);
  expect(delay.current().max).toBeLessThan(0.1);
});

test('a single stall is healthy, a loop that is always late is not', () => {
  const measured = createHistogram();
  delay = new EventLoopDelay(clock, Object.assign(measured, { enable: () => true, disable: () => true }) as never);
  for (let tick = 0; tick < 100; tick++) {
    measured.record(20_000_000);
  }
  measured.record(12_000_000_000);
  expect(() => delay.check()).not.toThrow();
  for (let tick = 0; tick < 100; tick++) {
    measured.record(3_000_000_000);
  }
  expect(() => delay.check()).toThrow('the event loop is 1.5 s late on average');
});
