import type { Cluster } from '@tke/api-platform';
import type { Client } from '@tke/kube-client';
import type { DeepReadonly } from '@tke/meta';

import { isReady } from '../steps/node/node.ts';
import { podKind } from '../steps/node/pod.ts';

export type Component = DeepReadonly<NonNullable<NonNullable<Cluster['status']>['components']>[number]>;

// kubeadm gives its static pods these labels (cmd/kubeadm/app/util/staticpod, ComponentPod), and other installers do as it does.
const labelSelector = 'tier=control-plane';
const types = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];

/**
 * The control plane as its pods show it. Where etcd and API server have none that can be seen, as in clusters that a provider
 * runs, what the API server says of itself counts as one of each.
 */
export async function controlPlaneComponents(
  client: Pick<Client, 'listPages' | 'request'>,
  signal: AbortSignal,
): Promise<readonly Component[]> {
  const items = await controlPlanePods(client, signal);
  const seen = types.flatMap((type) => {
    const pods = items.filter(({ metadata }) => metadata.labels?.component === type);
    return pods.length === 0 ? [] : [component(type, pods.length, pods.filter(isReady).length)];
  });
  const isSeen = (type: string) => seen.some((one) => one.type === type);
  const told = isSeen('etcd') && isSeen('kube-apiserver') ? [] : await toldByApiServer(client, signal);
  const hidden = told.filter(({ type }) => !isSeen(type));
  return [...seen, ...hidden].sort((a, b) => types.indexOf(a.type) - types.indexOf(b.type));
}

/** No control plane has more than one page of pods. */
async function controlPlanePods(client: Pick<Client, 'listPages'>, signal: AbortSignal) {
  for await (const { items } of client.listPages(podKind, { namespace: 'kube-system', labelSelector, signal })) {
    return items;
  }
  return [];
}

/** Those of which not all are there. */
export function unavailable(components: readonly Component[]): readonly Component[] {
  return components.filter(({ replicas: { available, desired } }) => available < desired);
}

// It answers with an error, and with nothing else, when a check fails.
async function toldByApiServer(client: Pick<Client, 'request'>, signal: AbortSignal): Promise<readonly Component[]> {
  const answer = await client.request({ path: '/readyz?verbose', signal });
  const asksEtcd = typeof answer === 'string' && answer.includes('[+]etcd ok');
  return [...(asksEtcd ? [component('etcd', 1, 1)] : []), component('kube-apiserver', 1, 1)];
}

function component(type: string, desired: number, available: number): Component {
  // A static pod is replaced by its kubelet, so there are never some of an older version to be counted.
  return { type, replicas: { desired, current: desired, available, updated: desired } };
}
