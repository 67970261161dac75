import type { Cluster } from '@tke/api-platform';
import { Secret } from '@tke/host';

import type { NodeSpec } from '../../build/scope.ts';
import { deriveNetwork } from '../../network/derive-network.ts';
import type { ClusterInput } from '../cluster-configuration.ts';

type Spec = Partial<Cluster['spec']>;

/** A cluster of one host at 10.0.0.11, unless spec says otherwise. */
export function clusterInput(spec: Spec = {}, rest: Partial<ClusterInput> = {}): ClusterInput {
  const cluster: Cluster = {
    apiVersion: 'platform.tkestack.io/v1',
    kind: 'Cluster',
    metadata: { name: 'cls-a', uid: '00000000-0000-0000-0000-00000000000a' },
    spec: { type: 'Baremetal', machines: [{ ip: '10.0.0.11', port: 22, username: 'root' }], ...spec },
  };
  return {
    cluster,
    version: '1.36.3',
    network: deriveNetwork(cluster),
    controlPlane: (cluster.spec.machines ?? []).map(({ ip }) => ip),
    authorization: undefined,
    ...rest,
  };
}

export const authorization = {
  configuration: 'kind: AuthorizationConfiguration\n',
  kubeconfig: new Secret('kind: Config\n'),
  renewAt: Date.UTC(2027, 0, 1),
  notAfter: Date.UTC(2027, 4, 1),
};

export function nodeSpec(rest: Partial<NodeSpec> = {}): NodeSpec {
  const ip = rest.ip ?? '10.0.0.11';
  return { ip, name: ip, role: 'ControlPlane', labels: {}, annotations: {}, taints: [], ...rest };
}
