import type { Cluster } from '@tke/api-platform';

type KubeVendor = NonNullable<NonNullable<Cluster['status']>['kubeVendor']>;

// In the order in which TKEStack looks for them.
const marks: readonly KubeVendor[] = ['TKE', 'IKS', 'EKS', 'GKE', 'ICP'];

/** Who made a Kubernetes, as its version tells: `v1.34.1-eks-d1a2b3` is of EKS. */
export function kubeVendor(gitVersion: string): KubeVendor {
  const version = gitVersion.toUpperCase();
  return marks.find((mark) => version.includes(mark)) ?? 'Other';
}
