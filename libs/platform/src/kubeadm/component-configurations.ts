import { isIPv6 } from 'node:net';

import type { ClusterFeatures } from '@tke/api-platform';
import type { DeepReadonly } from '@tke/meta';

import { cgroupDriver } from '../containerd/cgroup-driver.ts';
import type { ClusterInput } from './cluster-configuration.ts';
import { merged } from './merged.ts';
import { proxyMode } from './proxy-mode.ts';

/** What TKEStack keeps back on each node, for the kubelet and the system each. */
const reserved = { cpu: '100m', memory: '500Mi' };

/** kubeadm adds DNS, authentication and rotation of certificates. Members of spec win. */
export function kubeletConfiguration({ cluster, network }: Pick<ClusterInput, 'cluster' | 'network'>): object {
  const ours = {
    cgroupDriver: cgroupDriver(cluster),
    maxPods: network.maxPodsPerNode,
    kubeReserved: reserved,
    systemReserved: reserved,
  };
  return {
    ...merged(ours, cluster.spec.kubeletConfiguration),
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
  };
}

/** kubeadm adds clusterCIDR and the address to listen on. Members of spec win. */
export function kubeProxyConfiguration({ cluster }: Pick<ClusterInput, 'cluster'>): object {
  const { features = {}, kubeProxyConfiguration: patch } = cluster.spec;
  const mode = proxyMode(cluster);
  return {
    ...merged(mode === 'ipvs' ? { mode, ipvs: { excludeCIDRs: balancers(features) } } : { mode }, patch),
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
  };
}

/** In mode ipvs kube-proxy removes virtual servers it does not know, a balancer's on the host among them. */
function balancers({ ha = {} }: DeepReadonly<ClusterFeatures>): readonly string[] {
  return [ha.tke?.vip, ha.thirdParty?.vip].flatMap((vip) =>
    vip === undefined ? [] : [`${vip}/${isIPv6(vip) ? 128 : 32}`],
  );
}
