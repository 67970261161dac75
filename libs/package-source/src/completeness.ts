import { releaseOf, type KubernetesRelease } from './catalogue.ts';
import type { IndexedRelease } from './package-index.ts';

const programs = [
  ...['kubeadm', 'kubelet', 'kubectl', 'containerd', 'containerd-shim-runc-v2', 'ctr', 'runc', 'crictl'].map(
    (name) => `bin/${name}`,
  ),
  ...['bridge', 'host-local', 'loopback', 'portmap'].map((name) => `cni/${name}`),
];

/** What a host needs and the index does not list: programs as `bin/kubelet`, images by reference. */
export function lacking(version: string, release: IndexedRelease): readonly string[] {
  const known = releaseOf(version);
  const listed = new Set([
    ...release.programs.map(({ folder, name }) => `${folder}/${name}`),
    ...release.images.map(({ reference }) => reference),
  ]);
  return [...programs, ...(known === undefined ? [] : imageReferences(known))].filter((item) => !listed.has(item));
}

/** The images that kubeadm of a release asks for: `kubeadm config images list`. */
export function imageReferences({ kubernetes, images }: KubernetesRelease): readonly string[] {
  const components = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy'];
  return [
    ...components.map((name) => `registry.k8s.io/${name}:v${kubernetes}`),
    `registry.k8s.io/etcd:${images.etcd}`,
    `registry.k8s.io/coredns/coredns:${images.coredns}`,
    `registry.k8s.io/pause:${images.pause}`,
  ];
}
