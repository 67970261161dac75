import { isIPv6 } from 'node:net';

import type { HostFacts } from '@tke/host';

import { parseAddress } from './cidr.ts';
import type { ClusterNetwork } from './cluster-network.ts';
import { networkErrors } from './errors.ts';

/**
 * The addresses the kubelet gives its node: that of spec, and in dual stack one of the other family on the same
 * interface. Throws NodeAddressMissing where there is none.
 */
export function nodeAddresses(
  { addresses }: Pick<HostFacts, 'addresses'>,
  ip: string,
  { podCidrs }: Pick<ClusterNetwork, 'podCidrs'>,
): readonly string[] {
  const other = podCidrs.find((cidr) => cidr.includes(':') !== isIPv6(ip));
  if (other === undefined) {
    return [ip];
  }
  const device = deviceOf({ addresses }, ip);
  const found = addresses.find(
    ({ interface: name, address }) => name === device && isIPv6(address) !== isIPv6(ip) && !isLinkLocal(address),
  );
  if (found === undefined) {
    throw networkErrors.NodeAddressMissing(
      `${ip} has no IPv${isIPv6(ip) ? 4 : 6} address on ${device ?? 'its interface'}, which pods of ${other} need`,
    );
  }
  return [ip, found.address];
}

/** The interface that has the address. */
export function deviceOf({ addresses }: Pick<HostFacts, 'addresses'>, ip: string): string | undefined {
  const { family, value } = parseAddress(ip);
  return addresses.find((each) => each.family === family && parseAddress(each.address).value === value)?.interface;
}

function isLinkLocal(address: string): boolean {
  return /^(fe[89ab]|169\.254\.)/i.test(address);
}
