import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';

import { errorMessage } from '@tke/errors';

import { KubeTransportError } from '../errors.ts';
import type { ClusterConfig } from './cluster-config.ts';
import { mergeKubeconfigs, parseKubeconfigText, type Kubeconfig } from './kubeconfig.ts';
import { resolveContext } from './resolve-context.ts';

/** The process's surroundings. */
export interface Host {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** Where a pod finds its credentials. */
  readonly serviceAccount: string;
}

export const thisHost = (): Host => ({
  env: process.env,
  home: homedir(),
  serviceAccount: '/var/run/secrets/kubernetes.io/serviceaccount',
});

export interface ConfigSelection {
  /** Path of a kubeconfig. */
  readonly kubeconfig?: string;
  /** Default: the kubeconfig's current-context. */
  readonly context?: string;
}

async function readKubeconfig(path: string): Promise<Kubeconfig> {
  const absolute = resolve(path);
  try {
    return parseKubeconfigText(await readFile(absolute, 'utf8'), { path: absolute, folder: dirname(absolute) });
  } catch (cause) {
    if (cause instanceof KubeTransportError) {
      throw cause;
    }
    throw new KubeTransportError('InvalidConfiguration', `${absolute}: ${errorMessage(cause)}`);
  }
}

function kubeconfigPaths({ kubeconfig }: ConfigSelection, { env, home }: Host): string[] {
  if (kubeconfig !== undefined) {
    return [kubeconfig];
  }
  const listed = env.KUBECONFIG?.split(delimiter).filter((path) => path !== '') ?? [];
  // kubectl too passes over files of $KUBECONFIG that are not there.
  return (listed.length > 0 ? listed : [join(home, '.kube', 'config')]).filter((path) => existsSync(path));
}

function inCluster({ env, serviceAccount }: Host): ClusterConfig {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = env;
  if (!host || !port) {
    throw new KubeTransportError(
      'InvalidConfiguration',
      'found neither a kubeconfig ($KUBECONFIG, ~/.kube/config) nor the environment of a pod (KUBERNETES_SERVICE_HOST)',
      { remedy: 'Name a kubeconfig, or run in a pod with a service account.' },
    );
  }
  return {
    server: new URL(`https://${host.includes(':') ? `[${host}]` : host}:${port}`),
    ca: { path: join(serviceAccount, 'ca.crt') },
    insecureSkipVerify: false,
    user: { type: 'stored', token: { path: join(serviceAccount, 'token') } },
  };
}

/** The kubeconfig named, else those of $KUBECONFIG merged, else ~/.kube/config, else the pod's service account. */
export async function loadConfig(selection: ConfigSelection, host: Host = thisHost()): Promise<ClusterConfig> {
  const paths = kubeconfigPaths(selection, host);
  if (paths.length === 0) {
    return inCluster(host);
  }
  const configs = await Promise.all(paths.map(readKubeconfig));
  return resolveContext(mergeKubeconfigs(configs), selection.context);
}
