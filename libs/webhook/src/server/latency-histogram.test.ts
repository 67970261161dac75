import { expect, test } from '@jest/globals';
import { Registry } from 'prom-client';

import { LatencyHistogram } from './latency-histogram.ts';

test('is exposed as any histogram: cumulative buckets, sum and count, from zero on', async () => {
  const registry = new Registry();
  const histogram = new LatencyHistogram({
    name: 'took_seconds',
    help: 'How long.',
    buckets: [0.001, 0.01],
    label: 'route',
    registry,
  });
  const observe = histogram.series('/a');
  histogram.series('/b');
  [1, 1.5, 9, 70].forEach(observe);
  const text = await registry.metrics();
  expect(text.split('\n').filter((line) => line !== '')).toEqual([
    '# HELP took_seconds How long.',
    '# TYPE took_seconds histogram',
    'took_seconds_bucket{le="0.001",route="/a"} 1',
    'took_seconds_bucket{le="0.01",route="/a"} 3',
    'took_seconds_bucket{le="+Inf",route="/a"} 4',
    expect.stringMatching(/^took_seconds_sum\{route="\/a"\} 0\.0815/),
    'took_seconds_count{route="/a"} 4',
    'took_seconds_bucket{le="0.001",route="/b"} 0',
    'took_seconds_bucket{le="0.01",route="/b"} 0',
    'took_seconds_bucket{le="+Inf",route="/b"} 0',
    'took_seconds_sum{route="/b"} 0',
    'took_seconds_count{route="/b"} 0',
  ]);
});
