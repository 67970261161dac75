import type { Cluster } from '@tke/api-platform';
import type { Client } from '@tke/kube-client';
import type { DeepReadonly } from '@tke/meta';

import { isReady } from '../steps/node/node.ts';
import { podKind, type Pod } from '../steps/node/pod.ts';

export type Component = DeepReadonly<NonNullable<NonNullable<Cluster['status']>['components']>[number]>;

export interface KnownNodes {
  /** The names of those that are not ready. */
  readonly unready?: readonly string[];
  /** How many hosts the control plane is meant to have; absent where that is not known. */
  readonly hosts?: number | undefined;
}

/** A component, and where it is not as it should be. */
export interface SeenComponent {
  readonly component: Component;
  /** The nodes of those of its pods that are not ready. */
  readonly unreadyOn: readonly string[];
}

// kubeadm gives its static pods these labels (cmd/kubeadm/app/util/staticpod, ComponentPod), and other installers do as it does.
const labelSelector = 'tier=control-plane';
const types = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];

/**
 * The control plane as its pods show it. Where etcd and API server have none that can be seen, as in clusters that a provider
 * runs, what the API server says of itself counts as one of each. A host without a pod lacks one.
 */
export async function controlPlaneComponents(
  client: Pick<Client, 'listPages' | 'request'>,
  signal: AbortSignal,
  { unready = [], hosts = 0 }: KnownNodes = {},
): Promise<readonly SeenComponent[]> {
  const items = await controlPlanePods(client, signal);
  const lostNodes = new Set(unready);
  const seen = types.flatMap((type) => {
    const pods = items.filter(({ metadata }) => metadata.labels?.component === type);
    return pods.length === 0 ? [] : [shownByPods(type, pods, lostNodes, hosts)];
  });
  const isSeen = (type: string) => seen.some(({ component }) => component.type === type);
  const told = isSeen('etcd') && isSeen('kube-apiserver') ? [] : await toldByApiServer(client, signal);
  const hidden = told.filter(({ component }) => !isSeen(component.type));
  const rank = ({ component }: SeenComponent) => types.indexOf(component.type);
  return [...seen, ...hidden].sort((a, b) => rank(a) - rank(b));
}

/** The pods of a node that is lost are said to be ready until the controller manager has come to them. */
function shownByPods(type: string, pods: readonly Pod[], lostNodes: ReadonlySet<string>, hosts: number): SeenComponent {
  const lost = pods.filter((pod) => !isReady(pod) || lostNodes.has(pod.spec?.nodeName ?? ''));
  const unreadyOn = lost.flatMap(({ spec }) => spec?.nodeName ?? []);
  return { component: component(type, Math.max(pods.length, hosts), pods.length - lost.length), unreadyOn };
}

/** No control plane has more than one page of pods. */
async function controlPlanePods(client: Pick<Client, 'listPages'>, signal: AbortSignal) {
  for await (const { items } of client.listPages(podKind, { namespace: 'kube-system', labelSelector, signal })) {
    return items;
  }
  return [];
}

/** Those of which not all are there. */
export function unavailable(components: readonly SeenComponent[]): readonly SeenComponent[] {
  return components.filter(({ component: { replicas } }) => replicas.available < replicas.desired);
}

// It answers with an error, and with nothing else, when a check fails.
async function toldByApiServer(
  client: Pick<Client, 'request'>,
  signal: AbortSignal,
): Promise<readonly SeenComponent[]> {
  const answer = await client.request({ path: '/readyz?verbose', signal });
  const asksEtcd = typeof answer === 'string' && answer.includes('[+]etcd ok');
  const answering = asksEtcd ? ['etcd', 'kube-apiserver'] : ['kube-apiserver'];
  return answering.map((type) => ({ component: component(type, 1, 1), unreadyOn: [] }));
}

function component(type: string, desired: number, available: number): Component {
  // A static pod is replaced by its kubelet, so there are never some of an older version to be counted.
  return { type, replicas: { desired, current: desired, available, updated: desired } };
}
