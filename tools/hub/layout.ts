import { join } from 'node:path';

/** Repository root. */
export const repository = join(import.meta.dirname, '..', '..');

/** Where a hub keeps its files; etcd, PKI, users and logs lie beside these, as libs/envtest lays them out. */
export function hubLayout(folder: string) {
  return {
    folder,
    settings: join(folder, 'hub.json'),
    kubeconfig: join(folder, 'kubeconfig'),
    kubectl: join(folder, 'bin', 'kubectl'),
    plugin: join(folder, 'bin', 'kubectl-tke'),
    logs: join(folder, 'logs'),
    run: join(folder, 'run'),
    authz: join(folder, 'authz'),
    /** Written by `make packages`, and the same for every hub of this checkout: what is in it takes minutes to build. */
    packages: join(repository, '.packages'),
    /** What `features.files` of Clusters names. */
    files: join(folder, 'files'),
    authzKubeconfig: join(folder, 'authz', 'webhook.kubeconfig'),
  } as const;
}

export type HubLayout = ReturnType<typeof hubLayout>;
