import type { APIAddress } from '@tke/api-platform';
import type { ClusterConfig } from '@tke/kube-client';

const httpsPort = 443;

/** The ways that a configuration, such as that of a kubeconfig, has to the API server; undefined while there is none. */
export function addressesIn(config: ClusterConfig | undefined): readonly APIAddress[] | undefined {
  return config && [config.server, ...(config.alternatives ?? [])].map(addressOf);
}

function addressOf({ hostname, port, pathname }: URL): APIAddress {
  return {
    type: 'Advertise',
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || httpsPort),
    ...(pathname !== '/' && { path: pathname }),
  };
}
