import type { Metric, Registry } from 'prom-client';

export interface LatencyHistogramOptions {
  readonly name: string;
  readonly help: string;
  /** Upper bounds in seconds, ascending. */
  readonly buckets: readonly number[];
  readonly label: string;
  readonly registry: Registry;
}

interface Series {
  readonly counts: number[];
  sum: number;
}

/**
 * A histogram whose observations cost an addition each. prom-client looks labels up by a text made of them, several
 * times per request, which is as much work as a decision.
 */
export class LatencyHistogram {
  readonly #options: LatencyHistogramOptions;
  readonly #series = new Map<string, Series>();

  constructor(options: LatencyHistogramOptions) {
    this.#options = options;
    const { name, registry } = options;
    // All that a registry asks of a metric when it is scraped; the declaration lists its own four classes only.
    const metric = { name, get: () => Promise.resolve(this.#described()) };
    registry.registerMetric(metric as unknown as Metric);
  }

  /** Makes a series exist, at zero; the function returned adds an observation, in milliseconds. */
  series(value: string): (latencyMs: number) => void {
    const { buckets } = this.#options;
    const series = this.#series.get(value) ?? { counts: [...buckets, Infinity].map(() => 0), sum: 0 };
    this.#series.set(value, series);
    return (latencyMs) => {
      const seconds = latencyMs / 1000;
      let bucket = 0;
      while (bucket < buckets.length && seconds > (buckets[bucket] ?? Infinity)) {
        bucket += 1;
      }
      series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
      series.sum += seconds;
    };
  }

  #described(): object {
    const { name, help, label } = this.#options;
    const values = [...this.#series].flatMap(([value, series]) => this.#valuesOf({ [label]: value }, series));
    return { name, help, type: 'histogram', aggregator: 'sum', values };
  }

  #valuesOf(labels: object, { counts, sum }: Series): object[] {
    const { name, buckets } = this.#options;
    let seen = 0;
    const steps = counts.map((count, at) => {
      seen += count;
      return { metricName: `${name}_bucket`, labels: { le: buckets[at] ?? '+Inf', ...labels }, value: seen };
    });
    return [
      ...steps,
      { metricName: `${name}_sum`, labels, value: sum },
      { metricName: `${name}_count`, labels, value: seen },
    ];
  }
}
