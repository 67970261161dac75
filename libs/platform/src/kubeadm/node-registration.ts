import type { Cluster } from '@tke/api-platform';
import type { DeepReadonly } from '@tke/meta';

import type { NodeSpec } from '../build/scope.ts';
import { machineIPLabel } from '../names.ts';
import { machineIPLabelValue } from '../steps/node/machine-ip.ts';
import { wantedTaints } from '../steps/node/wanted-marks.ts';
import { argList, extraFlags } from './args.ts';
import { criSocket } from './paths.ts';
import { mayKubeletSet } from './kubelet-labels.ts';

export interface RegisteredNode {
  readonly node: NodeSpec;
  /** One, or one of each family. */
  readonly addresses: readonly string[];
}

/**
 * Checks of kubeadm that EnsurePreflight makes itself, or that would keep a step from being repeated after it failed
 * halfway. SystemVerification fails wherever the configuration of the kernel cannot be read; EnsurePreflight asks the
 * kernel for what is needed.
 */
const ignorePreflightErrors = [
  'SystemVerification',
  'Port-10250',
  'DirAvailable--etc-kubernetes-manifests',
  'FileAvailable--etc-kubernetes-bootstrap-kubelet.conf',
  'FileAvailable--etc-kubernetes-pki-ca.crt',
];

/** How a host becomes a node, for kubeadm init and join alike. */
export function nodeRegistration({ spec }: DeepReadonly<Cluster>, { node, addresses }: RegisteredNode): object {
  const { 'node-labels': labels, ...flags } = spec.kubeletExtraArgs ?? {};
  const schedulable = spec.features?.enableMasterSchedule === true;
  return {
    name: node.name,
    criSocket,
    taints: wantedTaints(node, { schedulable }),
    kubeletExtraArgs: argList(
      extraFlags({ 'node-ip': addresses.join(','), 'node-labels': joined(labels, registeredLabels(node)) }, flags),
    ),
    ignorePreflightErrors,
  };
}

/**
 * Labels the node has from its first moment on, so that no pod is placed without them. The kubelet refuses to start
 * with others of Kubernetes' own, and NodeRestriction refuses them; EnsureMarkNode sets those.
 */
function registeredLabels(node: NodeSpec): string {
  const labels = { [machineIPLabel]: machineIPLabelValue(node.ip), ...node.labels };
  return Object.entries(labels)
    .filter(([key]) => mayKubeletSet(key))
    .map(([key, value]) => `${key}=${value}`)
    .toSorted()
    .join(',');
}

function joined(...lists: readonly (string | undefined)[]): string {
  return lists.filter((list) => list !== undefined && list !== '').join(',');
}
