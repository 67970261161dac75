import type { Machine } from '@tke/api-platform';
import type { Reader } from '@tke/kube-client';
import type { DeepReadonly } from '@tke/meta';

import { machineIPLabel } from '../names.ts';
import { findNode } from '../steps/node/find-node.ts';
import { machineIPLabelValue } from '../steps/node/machine-ip.ts';
import { nodeKind, type Node } from '../steps/node/node.ts';

/** The name a Machine's Node has, as far as is known: where nodes are named after their hosts, that is when it has joined. */
export function nodeNameOf({ spec, status }: DeepReadonly<Machine>): string {
  return status?.nodeName ?? spec.ip;
}

/**
 * Whether a Node may be taken for that of a Machine: another Machine's address stands in its label. Without the label it was registered
 * anew by a kubelet that was not told, and gets it back.
 */
export function isNodeOf(node: DeepReadonly<Node>, { spec }: DeepReadonly<Machine>): boolean {
  const ours = machineIPLabelValue(spec.ip);
  return (node.metadata.labels?.[machineIPLabel] ?? ours) === ours;
}

/** Asks the API server for the Node of a Machine: by its name, else by the address in its label. */
export async function findNodeOf(
  client: Pick<Reader, 'get' | 'list'>,
  machine: DeepReadonly<Machine>,
  signal: AbortSignal,
): Promise<Node | undefined> {
  const named = await findNode(client, nodeNameOf(machine), signal);
  if (named !== undefined && isNodeOf(named, machine)) {
    return named;
  }
  const labelSelector = `${machineIPLabel}=${machineIPLabelValue(machine.spec.ip)}`;
  const { items } = await client.list(nodeKind, { labelSelector, signal });
  return items[0];
}
