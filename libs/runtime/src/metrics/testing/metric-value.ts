import type { RuntimeMetrics } from '../runtime-metrics.ts';

/** The value of one line of the text format, e.g. `workqueue_depth{name="x",priority="0"}`; undefined when there is none. */
export async function metricValue(
  metrics: RuntimeMetrics,
  name: string,
  labels: Readonly<Record<string, string | number>> = {},
): Promise<number | undefined> {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  const line = (await metrics.expose())
    .split('\n')
    .find((text) => /^\w+/.exec(text)?.[0] === name && wanted.every((label) => text.includes(label)));
  return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(' ') + 1));
}
