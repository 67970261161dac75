import { join } from 'node:path';

import { etcdComponent, kubernetesComponent, type ReleaseComponent } from '@tke/envtest';
import type { KubernetesRelease } from '@tke/package-source';

/** The programs that a host or an image needs, by where they come from. Versions with a leading v, as releases are tagged. */
export interface Components {
  readonly kubernetes: ReleaseComponent;
  readonly etcd: ReleaseComponent;
  readonly coredns: ReleaseComponent;
  readonly containerd: ReleaseComponent;
  readonly runc: ReleaseComponent;
  readonly crictl: ReleaseComponent;
  readonly cniPlugins: ReleaseComponent;
}

// One version of each serves all versions of Kubernetes, whatever tag kubeadm asks for: a patch release that is newer
// than the tag holds all fixes, and it is built once.
const etcdVersion = 'v3.6.8';
const corednsVersion = '1.14.7';

const kubernetesPrograms = [
  'kubeadm',
  'kubelet',
  'kubectl',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kube-proxy',
] as const;

const cniPlugins = { bridge: 'main', loopback: 'main', 'host-local': 'ipam', portmap: 'meta' } as const;
const containerdPrograms = ['containerd', 'containerd-shim-runc-v2', 'ctr'] as const;

export function componentsOf(release: KubernetesRelease): Components {
  return {
    kubernetes: kubernetesComponent(`v${release.kubernetes}`, kubernetesPrograms),
    etcd: etcdComponent(etcdVersion, ['etcd', 'etcdctl', 'etcdutl']),
    coredns: coredns(corednsVersion),
    containerd: containerd(release.containerd),
    runc: runc(release.runc),
    crictl: crictl(release.crictl),
    cniPlugins: cni(release.cniPlugins),
  };
}

function moduleOf(name: string, version: string): string {
  return join(import.meta.dirname, 'modules', `${name}-${version}`);
}

function coredns(version: string): ReleaseComponent {
  const module = 'github.com/coredns/coredns';
  return {
    name: 'coredns',
    version: `v${version}`,
    binaries: ['coredns'],
    downloads: ({ github }, arch) => {
      const url = `${github}/coredns/coredns/releases/download/v${version}/coredns_${version}_linux_${arch}.tgz`;
      return [{ kind: 'archive', url, sums: `${url}.sha256`, members: { coredns: 'coredns' } }];
    },
    build: { folder: moduleOf('coredns', version), packages: { coredns: module } },
  };
}

function containerd(version: string): ReleaseComponent {
  const module = 'github.com/containerd/containerd/v2';
  return {
    name: 'containerd',
    version: `v${version}`,
    binaries: containerdPrograms,
    downloads: ({ github }, arch) => {
      // The static build: a host's C library may be older than that of the other one.
      const file = `containerd-static-${version}-linux-${arch}.tar.gz`;
      const url = `${github}/containerd/containerd/releases/download/v${version}/${file}`;
      const members = Object.fromEntries(containerdPrograms.map((name) => [name, `bin/${name}`]));
      return [{ kind: 'archive', url, sums: `${url}.sha256sum`, members }];
    },
    build: {
      folder: moduleOf('containerd', version),
      packages: Object.fromEntries(containerdPrograms.map((name) => [name, `${module}/cmd/${name}`])),
      linkerVariables: { [`${module}/version.Version`]: `v${version}` },
    },
  };
}

function runc(version: string): ReleaseComponent {
  const module = 'github.com/opencontainers/runc';
  return {
    name: 'runc',
    version: `v${version}`,
    binaries: ['runc'],
    downloads: ({ github }, arch) => {
      const release = `${github}/opencontainers/runc/releases/download/v${version}`;
      return [{ kind: 'file', url: `${release}/runc.${arch}`, sums: `${release}/runc.sha256sum`, binary: 'runc' }];
    },
    // Without seccomp it refuses every pod: containerd's default profile is part of each container's configuration.
    build: { folder: moduleOf('runc', version), packages: { runc: module }, cgoTags: ['seccomp'] },
  };
}

function crictl(version: string): ReleaseComponent {
  const module = 'sigs.k8s.io/cri-tools';
  return {
    name: 'crictl',
    version: `v${version}`,
    binaries: ['crictl'],
    downloads: ({ github }, arch) => {
      const file = `crictl-v${version}-linux-${arch}.tar.gz`;
      const url = `${github}/kubernetes-sigs/cri-tools/releases/download/v${version}/${file}`;
      return [{ kind: 'archive', url, sums: `${url}.sha256`, members: { crictl: 'crictl' } }];
    },
    build: {
      folder: moduleOf('crictl', version),
      packages: { crictl: `${module}/cmd/crictl` },
      linkerVariables: { [`${module}/pkg/version.Version`]: `v${version}` },
    },
  };
}

function cni(version: string): ReleaseComponent {
  const module = 'github.com/containernetworking/plugins';
  const names = Object.keys(cniPlugins);
  return {
    name: 'cni-plugins',
    version: `v${version}`,
    binaries: names,
    downloads: ({ github }, arch) => {
      const file = `cni-plugins-linux-${arch}-v${version}.tgz`;
      const url = `${github}/containernetworking/plugins/releases/download/v${version}/${file}`;
      const members = Object.fromEntries(names.map((name) => [name, `./${name}`]));
      return [{ kind: 'archive', url, sums: `${url}.sha256`, members }];
    },
    build: {
      folder: moduleOf('cni-plugins', version),
      packages: Object.fromEntries(
        Object.entries(cniPlugins).map(([name, group]) => [name, `${module}/plugins/${group}/${name}`]),
      ),
      linkerVariables: { [`${module}/pkg/utils/buildversion.BuildVersion`]: `v${version}` },
    },
  };
}
