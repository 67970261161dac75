import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

import { cached, isExecutable, userCache, type CacheOptions, type CacheSettings } from './cache.ts';
import { releaseComponents } from './release-component.ts';
import { defaultVersion, kubernetesVersions, type KubernetesVersion } from './versions.ts';

export interface Binaries {
  /** Of Kubernetes, `v1.36.3`. */
  readonly version: string;
  readonly etcd: string;
  readonly apiServer: string;
  readonly kubectl: string;
  /** Undefined only where it was not asked for. */
  readonly controllerManager: string | undefined;
}

export interface ResolveOptions extends CacheSettings {
  /** Default: the newest; binaries in KUBEBUILDER_ASSETS may then be of any version. */
  readonly version?: KubernetesVersion | undefined;
  /** Whether kube-controller-manager is needed as well. Default false. */
  readonly controllerManager?: boolean | undefined;
  /** KUBEBUILDER_ASSETS is read from here, too. */
  readonly env?: NodeJS.ProcessEnv | undefined;
}

/**
 * Finds the binaries of a control plane: folder KUBEBUILDER_ASSETS, then the cache, which is filled by the official
 * download or, where that is refused, by a build with Go.
 */
export async function resolveBinaries(options: ResolveOptions = {}): Promise<Binaries> {
  const { version, controllerManager = false } = options;
  const components = releaseComponents(kubernetesVersions[version ?? defaultVersion]);
  const settings = userCache(options);
  const { KUBEBUILDER_ASSETS: assets } = settings.env;
  const needed = ['kube-apiserver', 'kubectl', ...(controllerManager ? ['kube-controller-manager'] : [])];
  const etcd = (await givenFolder(assets, ['etcd'], settings)) ?? (await cached(components.etcd, settings));
  const given = await givenFolder(assets, needed, settings);
  const givenVersion = given === undefined ? undefined : await suitableVersion(given, version, settings);
  const own = givenVersion === undefined ? undefined : given;
  const folder = own ?? (await cached(components.kubernetes, settings));
  return {
    version: givenVersion ?? components.kubernetes.version,
    etcd: join(etcd, 'etcd'),
    apiServer: join(folder, 'kube-apiserver'),
    kubectl: join(folder, 'kubectl'),
    controllerManager: controllerManager ? join(folder, 'kube-controller-manager') : undefined,
  };
}

/** The folder of KUBEBUILDER_ASSETS, if it holds all that is needed. */
async function givenFolder(
  assets: string | undefined,
  names: readonly string[],
  { report }: CacheOptions,
): Promise<string | undefined> {
  if (assets === undefined || assets === '') {
    return undefined;
  }
  const folder = resolve(assets);
  const found = await Promise.all(names.map((name) => isExecutable(join(folder, name))));
  const missing = names.filter((_, index) => !found[index]);
  if (missing.length > 0) {
    report(`KUBEBUILDER_ASSETS=${assets} has no ${missing.join(', ')}: looking elsewhere`);
    return undefined;
  }
  return folder;
}

/** What the given kube-apiserver calls itself; undefined when another version was asked for. */
async function suitableVersion(
  folder: string,
  wanted: KubernetesVersion | undefined,
  { report }: CacheOptions,
): Promise<string | undefined> {
  const { stdout } = await promisify(execFile)(join(folder, 'kube-apiserver'), ['--version']);
  const found = stdout.trim().split(' ').at(-1) ?? '';
  if (wanted !== undefined && !found.startsWith(`v${wanted}.`)) {
    report(`KUBEBUILDER_ASSETS holds Kubernetes ${found}, not ${wanted}: looking elsewhere`);
    return undefined;
  }
  return found;
}
