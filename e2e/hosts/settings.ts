/**
 * What Kubernetes needs to be told on a host that is a container, by the same means as any user has: no part of the
 * product knows that its hosts are containers.
 */

/** For `spec.kubeletConfiguration` of a Cluster. */
export const hostKubeletConfiguration = {
  cgroupDriver: 'cgroupfs',
  // Default true since 1.35 (KEP-4569); this machine may have version 1 of control groups.
  failCgroupV1: false,
  failSwapOn: false,
  // The kubelet may not lower its own OOM score, nor set some kernel parameters, and goes on.
  featureGates: { KubeletInUserNamespace: true },
  // The disk is that of the machine, which may be fuller than a node's should be.
  evictionHard: { 'imagefs.available': '0%', 'nodefs.available': '0%', 'nodefs.inodesFree': '0%' },
} as const;

/** For `spec.kubeProxyConfiguration`: the connection table belongs to the machine. */
export const hostKubeProxyConfiguration = {
  mode: 'nftables',
  conntrack: { maxPerCore: 0, min: 0 },
} as const;

/** A file below /etc/containerd/conf.d: no process may have a lower OOM score than containerd without CAP_SYS_RESOURCE. */
export const hostContainerdDropIn = `version = 3

[plugins.'io.containerd.cri.v1.runtime']
  restrict_oom_score_adj = true
`;
