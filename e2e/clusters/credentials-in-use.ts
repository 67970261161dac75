import { certificateInfo } from '@tke/pki';

import type { BareHost } from '../hosts/bare-host.ts';
import type { ClusterLab } from './cluster-lab.ts';
import { servedCertificate } from './served-certificate.ts';

const components = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];
const leaves = ['apiserver', 'apiserver-etcd-client', 'apiserver-kubelet-client', 'front-proxy-client', 'etcd/server'];

/** By what can be told whether everything has a new certificate and everybody uses it. */
export interface CredentialsInUse {
  /** Serial numbers of what is shown to clients, and of what the platform shows. */
  readonly serials: Readonly<Record<'apiServer' | 'etcd' | 'platform', string>>;
  /** One for each start of a pod of the control plane with other files. */
  readonly pods: readonly string[];
  readonly files: readonly string[];
}

/** Of a cluster with one host. */
export async function credentialsInUse(lab: ClusterLab, cluster: string, host: BareHost): Promise<CredentialsInUse> {
  return {
    serials: {
      apiServer: (await servedCertificate(host.ip, 6443)).serial,
      etcd: (await servedCertificate(host.ip, 2379)).serial,
      platform: await platformSerial(lab, cluster),
    },
    pods: await startsOf(lab, cluster, host),
    files: await filesOf(host, ...leaves.map((leaf) => `/etc/kubernetes/pki/${leaf}.crt`), '/root/.kube/config'),
  };
}

export function filesOf(host: BareHost, ...paths: readonly string[]): Promise<readonly string[]> {
  return Promise.all(paths.map((path) => host.must('cat', path)));
}

/** Of the pods of the control plane. */
export async function startsOf(lab: ClusterLab, cluster: string, host: BareHost): Promise<readonly string[]> {
  const member = await lab.member(cluster, host.ip);
  const names = components.map((component) => `${component}-${host.ip}`);
  const path = '{range .items[*]}{.metadata.annotations.kubernetes\\.io/config\\.hash} {end}';
  const { stdout } = await member('get', 'pods', '-n', 'kube-system', ...names, '-o', `jsonpath=${path}`);
  return stdout.trim().split(' ');
}

async function platformSerial({ hub }: ClusterLab, cluster: string): Promise<string> {
  const certificate = ['-o', 'jsonpath={.data.tls\\.crt}'];
  const tls = await hub.must(['-n', 'tke-system', 'get', 'secret', `${cluster}-admin`, ...certificate]);
  return certificateInfo(Buffer.from(tls, 'base64').toString()).serial;
}
