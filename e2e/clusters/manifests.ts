import type { BareHost } from '../hosts/bare-host.ts';
import { hostKubeletConfiguration, hostKubeProxyConfiguration } from '../hosts/settings.ts';

const apiVersion = 'platform.tkestack.io/v1';
const tenantID = 'default';
const login = 'hosts-login';

/** Below the folder of the hub's files. */
export const dropInFile = 'containerd/container.toml';

export function loginSecret({ key }: BareHost): object {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: 'tke-system', name: login, labels: { 'platform.tkestack.io/tenant-id': tenantID } },
    stringData: { privateKey: key.privateKey },
  };
}

export interface ClusterWishes {
  readonly version: string;
  readonly controlPlane: readonly BareHost[];
  readonly features?: object;
  readonly spec?: object;
}

export function clusterManifest(name: string, { version, controlPlane, features, spec }: ClusterWishes): object {
  return {
    apiVersion,
    kind: 'Cluster',
    metadata: { name },
    spec: {
      tenantID,
      displayName: name,
      type: 'Baremetal',
      version,
      machines: controlPlane.map(({ ip }) => ({ ip, credentialSecretRef: { name: login } })),
      kubeletConfiguration: hostKubeletConfiguration,
      kubeProxyConfiguration: hostKubeProxyConfiguration,
      features: {
        kubeProxyMode: 'nftables',
        authzWebhookAddr: { builtin: {} },
        files: [{ src: dropInFile, dst: '/etc/containerd/conf.d/container.toml' }],
        ...features,
      },
      ...spec,
    },
  };
}

export function machineManifest(name: string, clusterName: string, { ip }: BareHost, spec: object = {}): object {
  return {
    apiVersion,
    kind: 'Machine',
    metadata: { name },
    spec: { tenantID, clusterName, type: 'Baremetal', ip, credentialSecretRef: { name: login }, ...spec },
  };
}
