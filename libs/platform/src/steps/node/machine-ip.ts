import type { DeepReadonly } from '@tke/meta';

import { machineIPLabel } from '../../names.ts';
import { parseAddress } from '../../network/cidr.ts';
import type { Node } from './node.ts';

/**
 * The address of a machine as the value of the label machine-ip. Colons cannot be in labels: IPv6 is written as its
 * eight groups with `-` between them, so that each address has one value.
 */
export function machineIPLabelValue(ip: string): string {
  const { family, value } = parseAddress(ip);
  if (family === 4) {
    return ip;
  }
  const groups = Array.from({ length: 8 }, (_, i) => (value >> BigInt(16 * (7 - i))) & 0xffffn);
  return groups.map((group) => group.toString(16)).join('-');
}

/** Whether the Node is the one that the machine with this address became. */
export function isNodeOfMachine({ metadata }: DeepReadonly<Pick<Node, 'metadata'>>, ip: string): boolean {
  return metadata.labels?.[machineIPLabel] === machineIPLabelValue(ip);
}
