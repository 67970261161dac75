import type { Client } from '@tke/kube-client';
import { resourceList, sum, type Amounts } from '@tke/quantity';

import { podKind } from '../steps/node/pod.ts';
import { podRequests } from './pod-requests.ts';
import { observeErrors } from './errors.ts';

/** Pods that are looked at. Kubernetes is made for 150,000 of them (its documentation, "Considerations for large clusters"). */
const mostPods = 150_000;

// What `kubectl describe node` counts: pods that have a node and have not ended.
const fieldSelector = 'spec.nodeName!=,status.phase!=Succeeded,status.phase!=Failed';

/** What pods have asked for, page by page. Rejects with `TooManyObjects` rather than tell a part for the whole. */
export async function allocatedResources(
  client: Pick<Client, 'listPages'>,
  signal: AbortSignal,
): Promise<Record<string, string>> {
  let allocated: Amounts = new Map();
  let pods = 0;
  for await (const { items } of client.listPages(podKind, { fieldSelector, signal })) {
    pods += items.length;
    if (pods > mostPods) {
      throw observeErrors.TooManyObjects(`there are more than ${mostPods} pods: what they ask for is not summed up`);
    }
    allocated = sum(allocated, ...items.map(podRequests));
  }
  return resourceList(sum(allocated, new Map([['pods', BigInt(pods) * 1_000_000_000n]])));
}
