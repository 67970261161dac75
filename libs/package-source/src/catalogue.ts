/** What belongs together in a cluster we build. Versions without a leading v. */
export interface KubernetesRelease {
  readonly kubernetes: string;
  /** Tags of the images that kubeadm of this version asks for (`kubeadm config images list`). */
  readonly images: { readonly etcd: string; readonly coredns: string; readonly pause: string };
  readonly containerd: string;
  readonly runc: string;
  readonly crictl: string;
  readonly cniPlugins: string;
}

const tools = { containerd: '2.4.2', runc: '1.5.2', crictl: '1.36.0', cniPlugins: '1.9.1' } as const;

/** The versions of Kubernetes that clusters are built with: the three newest minors, newest first. */
export const catalogue: readonly KubernetesRelease[] = [
  { kubernetes: '1.36.3', images: { etcd: '3.6.8-0', coredns: 'v1.14.2', pause: '3.10.2' }, ...tools },
  { kubernetes: '1.35.4', images: { etcd: '3.6.6-0', coredns: 'v1.13.1', pause: '3.10.1' }, ...tools },
  { kubernetes: '1.34.4', images: { etcd: '3.6.5-0', coredns: 'v1.12.1', pause: '3.10.1' }, ...tools },
];

/** Undefined for a version that is not in the catalogue. A leading v is allowed, as TKEStack's manifests have it. */
export function releaseOf(version: string): KubernetesRelease | undefined {
  return catalogue.find(({ kubernetes }) => kubernetes === version.replace(/^v/, ''));
}
