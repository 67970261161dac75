import type { Cluster } from '@tke/api-platform';
import type { DeepReadonly } from '@tke/meta';

export type CgroupDriver = 'systemd' | 'cgroupfs';

/**
 * Who makes the control groups of pods. Kubelet and containerd must agree, so both take it from here: what
 * `spec.kubeletConfiguration` says, else systemd, as kubeadm.
 */
export function cgroupDriver({ spec }: DeepReadonly<Cluster>): CgroupDriver {
  const wanted = spec.kubeletConfiguration as { readonly cgroupDriver?: unknown } | undefined;
  return wanted?.cgroupDriver === 'cgroupfs' ? 'cgroupfs' : 'systemd';
}
