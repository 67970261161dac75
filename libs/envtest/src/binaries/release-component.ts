import { errors } from '../errors.ts';
import type { Release } from './versions.ts';

/** A set of binaries that is released, downloaded, built and cached together. */
export interface ReleaseComponent {
  readonly name: 'etcd' | 'kubernetes';
  /** `v1.36.3` */
  readonly version: string;
  readonly binaries: readonly string[];
  /** The folder under `binaries/` with the go.mod to build from. */
  readonly goModule: string;
  /** Import path of each binary's main package. */
  readonly packages: Readonly<Record<string, string>>;
  /** Go's `-X` settings. */
  readonly linkerVariables: Readonly<Record<string, string>>;
}

function minorOf(version: string): string {
  return version.slice(1, version.lastIndexOf('.'));
}

function kubernetes(version: string): ReleaseComponent {
  const minor = minorOf(version);
  const binaries = ['kube-apiserver', 'kube-controller-manager', 'kubectl'];
  const info = 'k8s.io/component-base/version';
  return {
    name: 'kubernetes',
    version,
    binaries,
    goModule: `kubernetes-${minor}`,
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
  };
}

function etcd(version: string): ReleaseComponent {
  return {
    name: 'etcd',
    version,
    binaries: ['etcd'],
    goModule: `etcd-${minorOf(version)}`,
    packages: { etcd: 'go.etcd.io/etcd/server/v3' },
    linkerVariables: {},
  };
}

export function releaseComponents(release: Release): { kubernetes: ReleaseComponent; etcd: ReleaseComponent } {
  return { kubernetes: kubernetes(release.kubernetes), etcd: etcd(release.etcd) };
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
