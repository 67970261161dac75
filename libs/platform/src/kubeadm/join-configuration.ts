import type { BuildScope } from '../build/scope.ts';
import { kubeadmApi } from './cluster-configuration.ts';
import { nodeRegistration, type RegisteredNode } from './node-registration.ts';
import { apiServerPort } from './paths.ts';
import { yamlDocuments } from './yaml.ts';

/**
 * What `kubeadm join` is told. Discovery is by a kubeconfig on standard input: it has the authority of the cluster,
 * which came over the connection of the platform and not from whoever answers at the address, and the token, which so
 * is in no file. It also works where anonymous requests are not served, which discovery by token needs.
 */
export function joinConfiguration({ cluster }: Pick<BuildScope, 'cluster'>, registered: RegisteredNode): string {
  const { node } = registered;
  return yamlDocuments({
    apiVersion: kubeadmApi,
    kind: 'JoinConfiguration',
    discovery: { file: { kubeConfigPath: '/dev/stdin' } },
    nodeRegistration: nodeRegistration(cluster, registered),
    controlPlane:
      node.role === 'ControlPlane'
        ? { localAPIEndpoint: { advertiseAddress: node.ip, bindPort: apiServerPort } }
        : undefined,
  });
}

export interface DiscoveryInput {
  /** `host:port` */
  readonly endpoint: string;
  /** PEM. */
  readonly ca: string;
  readonly token: string;
}

/** The kubeconfig for discovery, and what the kubelet asks for its certificate with. Secret. */
export function discoveryKubeconfig({ endpoint, ca, token }: DiscoveryInput): string {
  const name = 'tke-join';
  return yamlDocuments({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name,
        cluster: { server: `https://${endpoint}`, 'certificate-authority-data': Buffer.from(ca).toString('base64') },
      },
    ],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  });
}
