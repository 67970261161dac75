import { join } from 'node:path';

import { errors } from '../errors.ts';
import type { Download, DownloadSites } from './download.ts';
import type { Release } from './versions.ts';

/** A set of binaries that is released, downloaded, built and cached together. */
export interface ReleaseComponent {
  readonly name: string;
  /** `v1.36.3` */
  readonly version: string;
  readonly binaries: readonly string[];
  /** The files of the official release that hold the binaries. */
  downloads(sites: DownloadSites, arch: string): readonly Download[];
  readonly build: GoBuild;
}

/** How Go makes a component. */
export interface GoBuild {
  /** Holds the go.mod and go.sum. */
  readonly folder: string;
  /** Import path of each binary's main package. */
  readonly packages: Readonly<Record<string, string>>;
  /** Go's `-X` settings. */
  readonly linkerVariables?: Readonly<Record<string, string>>;
  /** Set where a part of the program is C: the build tags that it needs. It is linked statically all the same. */
  readonly cgoTags?: readonly string[];
}

const modules = join(import.meta.dirname, '..', '..', 'binaries');

function minorOf(version: string): string {
  return version.slice(1, version.lastIndexOf('.'));
}

/** Programs of one release of Kubernetes, the ones of `cmd/` in its repository. */
export function kubernetesComponent(version: string, binaries: readonly string[]): ReleaseComponent {
  const minor = minorOf(version);
  const info = 'k8s.io/component-base/version';
  return {
    name: 'kubernetes',
    version,
    binaries,
    downloads: ({ kubernetes }, arch) =>
      binaries.map((binary) => {
        const url = `${kubernetes}/${version}/bin/linux/${arch}/${binary}`;
        return { kind: 'file', url, sums: `${url}.sha256`, binary };
      }),
    build: {
      folder: join(modules, `kubernetes-${minor}`),
      packages: Object.fromEntries(binaries.map((name) => [name, `k8s.io/kubernetes/cmd/${name}`])),
      // Without these a binary takes itself for v0.0.0-master and refuses what it knows of newer versions.
      linkerVariables: {
        [`${info}.gitVersion`]: version,
        [`${info}.gitMajor`]: minor.split('.')[0] ?? '',
        [`${info}.gitMinor`]: minor.split('.')[1] ?? '',
        [`${info}.gitTreeState`]: 'clean',
        [`${info}.gitCommit`]: '0'.repeat(40),
        'k8s.io/client-go/pkg/version.gitVersion': version,
      },
    },
  };
}

const etcdPackages = {
  etcd: 'go.etcd.io/etcd/server/v3',
  etcdctl: 'go.etcd.io/etcd/etcdctl/v3',
  etcdutl: 'go.etcd.io/etcd/etcdutl/v3',
} as const;

export function etcdComponent(
  version: string,
  binaries: readonly (keyof typeof etcdPackages)[] = ['etcd'],
): ReleaseComponent {
  return {
    name: 'etcd',
    version,
    binaries,
    downloads: ({ github }, arch) => {
      const release = `${github}/etcd-io/etcd/releases/download/${version}`;
      const folder = `etcd-${version}-linux-${arch}`;
      const members = Object.fromEntries(binaries.map((name) => [name, `${folder}/${name}`]));
      return [{ kind: 'archive', url: `${release}/${folder}.tar.gz`, sums: `${release}/SHA256SUMS`, members }];
    },
    build: { folder: join(modules, `etcd-${minorOf(version)}`), packages: etcdPackages },
  };
}

/** What a control plane runs. */
export function releaseComponents(release: Release): { kubernetes: ReleaseComponent; etcd: ReleaseComponent } {
  return {
    kubernetes: kubernetesComponent(release.kubernetes, ['kube-apiserver', 'kube-controller-manager', 'kubectl']),
    etcd: etcdComponent(release.etcd),
  };
}

const architectures: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** This machine as the releases name it. Throws UnsupportedPlatform. */
export function architecture(platform: string, cpu: string): string {
  const found = platform === 'linux' ? architectures[cpu] : undefined;
  if (found === undefined) {
    throw errors.UnsupportedPlatform(`there is no control plane for ${platform} on ${cpu}`);
  }
  return found;
}
