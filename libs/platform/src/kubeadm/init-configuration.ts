import { clusterConfiguration, kubeadmApi, type ClusterInput } from './cluster-configuration.ts';
import { kubeletConfiguration, kubeProxyConfiguration } from './component-configurations.ts';
import { nodeRegistration, type RegisteredNode } from './node-registration.ts';
import { apiServerPort } from './paths.ts';
import { yamlDocuments } from './yaml.ts';

/** Of kubeadm v1beta4. */
export interface InitBootstrapToken {
  readonly token: string;
  readonly ttl: string;
  readonly description: string;
  readonly usages: readonly string[];
}

export interface InitInput {
  readonly cluster: ClusterInput;
  readonly first: RegisteredNode;
  /** Without any, kubeadm makes one up that lasts a day. */
  readonly bootstrapTokens?: readonly InitBootstrapToken[];
}

/** What `kubeadm init` is told, for the first host of the control plane: four documents of YAML. */
export function initConfiguration({ cluster, first, bootstrapTokens }: InitInput): string {
  return yamlDocuments(
    {
      apiVersion: kubeadmApi,
      kind: 'InitConfiguration',
      bootstrapTokens,
      localAPIEndpoint: { advertiseAddress: first.node.ip, bindPort: apiServerPort },
      nodeRegistration: nodeRegistration(cluster.cluster, first),
    },
    clusterConfiguration(cluster),
    kubeletConfiguration(cluster),
    kubeProxyConfiguration(cluster),
  );
}
