import { join } from 'node:path';

import type { CertificateAndKey } from '@tke/pki';

import type { ComponentSpec } from './component.ts';
import type { Layout } from './layout.ts';
import { answersOk, socketAccepts } from './probes.ts';

export interface EtcdOptions {
  readonly command: string;
  readonly layout: Layout;
  readonly logDir: string;
  /** Whether written data survives a crash of the machine. */
  readonly durable: boolean;
}

/**
 * etcd listens on unix sockets in a folder that only its owner may enter: no port, no certificates, and no other local
 * user reads or joins it. Their names are relative, since a socket's path may not exceed 107 bytes (unix(7)); the
 * advertised addresses must look like host:port and nobody connects to them.
 */
export function etcdServer({ command, layout, logDir, durable }: EtcdOptions): ComponentSpec {
  return {
    name: 'etcd',
    command,
    args: [
      '--data-dir=data',
      '--listen-client-urls=unix://client.sock',
      '--advertise-client-urls=http://localhost:2379',
      '--listen-peer-urls=unix://peer.sock',
      ...(durable ? [] : ['--unsafe-no-fsync']),
    ],
    cwd: layout.etcd,
    logFile: join(logDir, 'etcd.log'),
    probe: () => socketAccepts(layout.etcd, 'client.sock'),
  };
}

export interface ApiServerOptions {
  readonly command: string;
  readonly layout: Layout;
  readonly logDir: string;
  readonly port: number;
  readonly flags: readonly string[];
  readonly caPem: string;
  /** Asks for readiness; of group system:masters, whom no authorization webhook can refuse. */
  readonly administrator: CertificateAndKey;
}

export function apiServer(options: ApiServerOptions): ComponentSpec {
  const { command, layout, logDir, port, flags, caPem, administrator } = options;
  const probe = (path: string, signal: AbortSignal) =>
    answersOk({ url: `https://127.0.0.1:${port}${path}`, caPem, client: administrator, signal });
  return {
    name: 'kube-apiserver',
    command,
    args: [
      '--etcd-servers=unix://client.sock',
      '--bind-address=127.0.0.1',
      `--secure-port=${port}`,
      `--tls-cert-file=${join(layout.pki, 'server.crt')}`,
      `--tls-private-key-file=${join(layout.pki, 'server.key')}`,
      `--client-ca-file=${join(layout.pki, 'ca.crt')}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${join(layout.pki, 'service-account.key')}`,
      `--service-account-signing-key-file=${join(layout.pki, 'service-account.key')}`,
      '--service-cluster-ip-range=10.0.0.0/24',
      // A loopback address may not become an endpoint of the service "kubernetes".
      '--endpoint-reconciler-type=none',
      ...flags,
    ],
    cwd: layout.etcd,
    logFile: join(logDir, 'kube-apiserver.log'),
    // The namespace "default" is made after the server calls itself ready.
    probe: async (signal) => (await probe('/readyz', signal)) && probe('/api/v1/namespaces/default', signal),
  };
}

export interface ControllerManagerOptions {
  readonly command: string;
  readonly layout: Layout;
  readonly logDir: string;
  readonly port: number;
  readonly kubeconfigPath: string;
  readonly caPem: string;
}

const controllers = [
  'certificatesigningrequest-approving-controller',
  'certificatesigningrequest-cleaner-controller',
  'certificatesigningrequest-signing-controller',
  'clusterrole-aggregation-controller',
  'garbage-collector-controller',
  'namespace-controller',
  'resourcequota-controller',
  'root-ca-certificate-publisher-controller',
  'serviceaccount-controller',
  'serviceaccount-token-controller',
];

export function controllerManager(options: ControllerManagerOptions): ComponentSpec {
  const { command, layout, logDir, port, kubeconfigPath, caPem } = options;
  return {
    name: 'kube-controller-manager',
    command,
    args: [
      `--kubeconfig=${kubeconfigPath}`,
      '--leader-elect=false',
      `--controllers=${controllers.join(',')}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${port}`,
      `--tls-cert-file=${join(layout.pki, 'server.crt')}`,
      `--tls-private-key-file=${join(layout.pki, 'server.key')}`,
      `--root-ca-file=${join(layout.pki, 'ca.crt')}`,
      `--service-account-private-key-file=${join(layout.pki, 'service-account.key')}`,
      `--cluster-signing-cert-file=${join(layout.pki, 'ca.crt')}`,
      `--cluster-signing-key-file=${join(layout.pki, 'ca.key')}`,
    ],
    cwd: layout.etcd,
    logFile: join(logDir, 'kube-controller-manager.log'),
    probe: (signal) => answersOk({ url: `https://127.0.0.1:${port}/healthz`, caPem, signal }),
  };
}
