import type { Machine } from '@tke/api-platform';
import type { DeepReadonly } from '@tke/meta';

import type { Node } from '../steps/node/node.ts';

type Status = NonNullable<Machine['status']>;
type Address = NonNullable<Status['addresses']>[number];
export type NodeFields = Pick<Status, 'nodeName' | 'addresses' | 'machineInfo'>;

// Bounds and values of the API: libs/api/platform/src/machine/machine-status.ts. What does not fit would make the whole status be refused.
const longestText = 255;
const addressTypes: readonly string[] = ['Hostname', 'ExternalIP', 'InternalIP', 'ExternalDNS', 'InternalDNS'];
const infoFields = [
  'machineID',
  'systemUUID',
  'bootID',
  'kernelVersion',
  'osImage',
  'containerRuntimeVersion',
  'kubeletVersion',
  'kubeProxyVersion',
  'operatingSystem',
  'architecture',
] as const;

interface Reporting {
  readonly status?: { readonly nodeInfo?: Readonly<Record<string, unknown>> };
}

/** What the status of a Machine says of its Node. */
export function nodeFields({ metadata, status = {} }: DeepReadonly<Node> & Reporting): DeepReadonly<NodeFields> {
  const { addresses = [], nodeInfo = {} } = status;
  const info = infoFields.flatMap((field) => {
    const value = nodeInfo[field];
    return typeof value === 'string' ? [[field, value.slice(0, longestText)] as const] : [];
  });
  return {
    nodeName: metadata.name ?? '',
    addresses: addresses
      .filter((address): address is Address => addressTypes.includes(address.type))
      .map(({ type, address }) => ({ type, address: address.slice(0, longestText) })),
    machineInfo: Object.fromEntries(info),
  };
}
