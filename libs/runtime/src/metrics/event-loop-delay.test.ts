import { createHistogram } from 'node:perf_hooks';

import { afterEach, expect, jest, test } from '@jest/globals';

import { FakeClock } from '@tke/time';

import { EventLoopDelay } from './event-loop-delay.ts';
import { RuntimeMetrics } from './runtime-metrics.ts';
import { metricValue } from './testing/metric-value.ts';

jest.setTimeout(30_000);

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

test('shows a stall', async () => {
  delay = new EventLoopDelay(clock);
  const metrics = new RuntimeMetrics({ processDefaults: false });
  metrics.eventLoop(delay);
  expect(delay.current()).toEqual({ mean: 0, p99: 0, max: 0 });

  delay.start();
  await new Promise((resolve) => setTimeout(resolve, 50));
  block(150);
  await untilMeasured(0.1);
  await expect(metricValue(metrics, 'event_loop_delay_seconds', { stat: 'max' })).resolves.toBeGreaterThan(0.1);
});

/** What the test records instead of the delays of this process. */
function recordedDelay() {
  const measured = createHistogram();
  delay = new EventLoopDelay(clock, Object.assign(measured, { enable: () => true, disable: () => true }) as never);
  return measured;
}

test('shows a stall for the window it happened in and the one after it', async () => {
  const measured = recordedDelay();
  delay.start();
  measured.record(220_000_000);
  expect(delay.current().max).toBeCloseTo(0.2, 2);
  await clock.advance(15_000);
  measured.record(21_000_000);
  expect(delay.current().max).toBeCloseTo(0.2, 2);
  await clock.advance(15_000);
  expect(delay.current().max).toBeCloseTo(0.001, 2);
});

test('a stall is healthy when it is all that a window has to show as well', async () => {
  const measured = recordedDelay();
  delay.start();
  measured.record(20_000_000_000);
  expect(() => delay.check()).not.toThrow();
  measured.record(20_000_000);
  expect(() => delay.check()).not.toThrow();
  await clock.advance(15_000);
  expect(() => delay.check()).not.toThrow();
});

test('a loop that does nothing but stall, once in each window, is not healthy until it runs again', async () => {
  const measured = recordedDelay();
  delay.start();
  const window = async (...stallsNs: readonly number[]) => {
    stallsNs.forEach((stallNs) => measured.record(stallNs));
    await clock.advance(15_000);
  };
  await window(16_000_000_000);
  expect(() => delay.check()).not.toThrow();
  await window(16_000_000_000, 20_000_000);
  expect(() => delay.check()).toThrow('the event loop is 8.0 s late on average');
  await window(20_000_000);
  expect(() => delay.check()).not.toThrow();
  await window(16_000_000_000);
  expect(() => delay.check()).not.toThrow();
});

test('a single stall is healthy, a loop that is always late is not', () => {
  const measured = recordedDelay();
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
