// Syncs a cache of all Rules and prints time, memory and the longest pause of the event loop as one JSON line.
import { monitorEventLoopDelay } from 'node:perf_hooks';

import { rule } from '@tke/api-auth';
import { connect } from '@tke/kube-client';
import { discardLogger } from '@tke/log';
import { Cache } from '@tke/runtime';

import { heapBytes, print } from './figures.ts';

async function main(): Promise<void> {
  const client = await connect({ kubeconfig: process.argv[2]!, userAgent: 'bench', logger: discardLogger });
  const baseline = heapBytes();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const startedAt = performance.now();
  const stop = new AbortController();
  const cache = new Cache({ reader: client, logger: discardLogger });
  cache.informer(rule);
  const running = cache.start(stop.signal);
  await cache.waitForSync(stop.signal);
  const seconds = (performance.now() - startedAt) / 1000;
  delay.disable();
  const objects = cache.list(rule).length;
  print({ objects, seconds, heapBytes: heapBytes() - baseline, longestPauseMs: delay.max / 1e6 });
  stop.abort();
  await running;
  await client.close();
}

await main();
