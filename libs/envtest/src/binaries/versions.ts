import { errors } from '../errors.ts';

/** What one selectable version runs. The Go modules of each are in `binaries/<component>-<minor>`. */
export interface Release {
  readonly kubernetes: string;
  readonly etcd: string;
}

/** Newest first: the first is the default, the last is the floor that we support. */
export const kubernetesVersions = {
  '1.36': { kubernetes: 'v1.36.3', etcd: 'v3.6.8' },
  '1.32': { kubernetes: 'v1.32.2', etcd: 'v3.6.8' },
} as const satisfies Readonly<Record<string, Release>>;

export type KubernetesVersion = keyof typeof kubernetesVersions;

export const defaultVersion: KubernetesVersion = '1.36';

/** `1.36`, `v1.36` or `v1.36.3` -> `1.36`. Throws UnsupportedVersion for what is not in the table. */
export function parseVersion(text: string): KubernetesVersion {
  const wanted = text.replace(/^v?/, 'v');
  const found = (Object.keys(kubernetesVersions) as KubernetesVersion[]).find(
    (minor) => wanted === `v${minor}` || wanted === kubernetesVersions[minor].kubernetes,
  );
  if (found === undefined) {
    const known = Object.keys(kubernetesVersions).join(', ');
    throw errors.UnsupportedVersion(`Kubernetes version ${JSON.stringify(text)} is not one of ${known}`);
  }
  return found;
}

/** The version that the environment variable `K8S` selects; undefined when it is not set. */
export function selectedVersion(env: NodeJS.ProcessEnv): KubernetesVersion | undefined {
  const { K8S: selected } = env;
  return selected === undefined || selected === '' ? undefined : parseVersion(selected);
}
