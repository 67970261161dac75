// Marks every Item Ready through a controller with 10 workers, as bench/go/reconcile does, and prints one JSON line.
import { connect } from '@tke/kube-client';
import { discardLogger } from '@tke/log';
import { systemClock } from '@tke/time';
import { Cache, controllerFor, findCondition, Manager, patchStatus, setCondition, type Reconciler } from '@tke/runtime';

import { item } from '../item.ts';
import { heapBytes, print } from './figures.ts';

async function main(): Promise<void> {
  const total = Number(process.argv[3]);
  const client = await connect({ kubeconfig: process.argv[2]!, userAgent: 'bench', logger: discardLogger });
  const cache = new Cache({ reader: client, logger: discardLogger });
  const manager = new Manager({ client, cache, logger: discardLogger });
  const stop = new AbortController();
  let [startedAt, ready] = [0, 0];
  const reconciler: Reconciler = {
    reconcile: async (request, { signal }) => {
      startedAt ||= performance.now();
      const object = cache.get(item, request);
      if (object === undefined || findCondition(object.status?.conditions, 'Ready')?.status === 'True') {
        return undefined;
      }
      const observedGeneration = object.metadata.generation ?? 0;
      const conditions = setCondition(
        object.status?.conditions ?? [],
        { type: 'Ready', status: 'True', reason: 'Reconciled', message: 'payload read' },
        { generation: observedGeneration, clock: systemClock },
      );
      await patchStatus(client, item, object, { observedGeneration, conditions }, { signal });
      ready += 1;
      if (ready === total) {
        stop.abort();
      }
      return undefined;
    },
  };
  controllerFor(manager, 'bench').for(item).withOptions({ concurrency: 10 }).complete(reconciler);
  await manager.start(stop.signal);
  const seconds = (performance.now() - startedAt) / 1000;
  print({ reconciles: ready, seconds, startSeconds: startedAt / 1000, heapBytes: heapBytes() });
  await client.close();
}

await main();
