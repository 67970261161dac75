// Reads all Rules page by page, keeps them and does nothing else: the floor that the informer is compared to.
import { monitorEventLoopDelay } from 'node:perf_hooks';

import { rule, type Rule } from '@tke/api-auth';
import { connect } from '@tke/kube-client';
import { discardLogger } from '@tke/log';

import { heapBytes, print } from './figures.ts';

async function main(): Promise<void> {
  const client = await connect({ kubeconfig: process.argv[2]!, userAgent: 'bench', logger: discardLogger });
  const baseline = heapBytes();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const startedAt = performance.now();
  const objects: Rule[] = [];
  for await (const page of client.listPages(rule)) {
    objects.push(...page.items);
  }
  const seconds = (performance.now() - startedAt) / 1000;
  delay.disable();
  print({ objects: objects.length, seconds, heapBytes: heapBytes() - baseline, longestPauseMs: delay.max / 1e6 });
  await client.close();
}

await main();
