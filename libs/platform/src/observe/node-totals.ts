import type { MemberCluster } from '@tke/member-cluster';
import type { DeepReadonly } from '@tke/meta';
import { amountsOf, resourceList, sum, type Amounts } from '@tke/quantity';

import { observeErrors } from './errors.ts';
import { isReady, nodeKind, type Node } from '../steps/node/node.ts';
import { watchedNodes } from './watched-nodes.ts';

export interface NodeTotals {
  readonly total: number;
  readonly ready: number;
  readonly capacity: Readonly<Record<string, string>>;
  readonly allocatable: Readonly<Record<string, string>>;
}

type Nodes = readonly DeepReadonly<Node>[];
type NodeSource = Pick<MemberCluster, 'cache' | 'client'>;

// Several times what Kubernetes is made for, so that a server that never ends its list does not keep us.
const mostNodes = 20_000;

/** Of all nodes. Rejects with `TooManyObjects`. */
export async function nodeTotals(source: NodeSource, signal: AbortSignal): Promise<NodeTotals> {
  let total = 0;
  let ready = 0;
  let capacity: Amounts = new Map();
  let allocatable: Amounts = new Map();
  for await (const nodes of pagesOfNodes(source, signal)) {
    total += nodes.length;
    if (total > mostNodes) {
      throw observeErrors.TooManyObjects(`there are more than ${mostNodes} nodes: they are not summed up`);
    }
    ready += nodes.filter(isReady).length;
    capacity = sum(capacity, ...nodes.map(({ status }) => amountsOf(status?.capacity)));
    allocatable = sum(allocatable, ...nodes.map(({ status }) => amountsOf(status?.allocatable)));
  }
  return { total, ready, capacity: resourceList(capacity), allocatable: resourceList(allocatable) };
}

/** Those that are watched anyway, else what the server says. */
async function* pagesOfNodes({ cache, client }: NodeSource, signal: AbortSignal): AsyncGenerator<Nodes, void> {
  const watched = watchedNodes(cache);
  if (watched !== undefined) {
    yield watched;
    return;
  }
  for await (const { items } of client.listPages(nodeKind, { signal })) {
    yield items;
  }
}
