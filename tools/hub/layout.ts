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
    authzKubeconfig: join(folder, 'authz', 'webhook.kubeconfig'),
  } as const;
}

export type HubLayout = ReturnType<typeof hubLayout>;
