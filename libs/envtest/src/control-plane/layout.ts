import { join } from 'node:path';

/** Where a control plane keeps its files. */
export function layout(dataDir: string) {
  return {
    access: join(dataDir, 'access.json'),
    kubeconfig: join(dataDir, 'kubeconfig'),
    users: join(dataDir, 'users'),
    pki: join(dataDir, 'pki'),
    etcd: join(dataDir, 'etcd'),
    ports: join(dataDir, 'ports.json'),
    run: join(dataDir, 'run'),
    config: join(dataDir, 'config'),
    logs: join(dataDir, 'logs'),
    home: join(dataDir, 'home'),
  } as const;
}

export type Layout = ReturnType<typeof layout>;
