import { isIPv6 } from 'node:net';

import type { DeepReadonly } from '@tke/meta';

import { isNodeOfMachine } from '../steps/node/machine-ip.ts';
import { internalIPs, type Node } from '../steps/node/node.ts';
import { formatCidr, parseCidr } from './cidr.ts';

export interface Route {
  /** Block of pods of another node. */
  readonly block: string;
  /** Address of its host, of the same family. */
  readonly via: string;
}

/**
 *  The routes from one host to the pods of all others, in a fixed order. Nodes without blocks or addresses have none
 * yet.
 */
export function routesFrom(ip: string, nodes: readonly DeepReadonly<Node>[]): readonly Route[] {
  return nodes
    .filter((node) => !isNodeOfMachine(node, ip))
    .flatMap(routesTo)
    .toSorted((a, b) => (a.block < b.block ? -1 : 1));
}

/** As the script of the network reads them. */
export function routesFile(routes: readonly Route[]): string {
  return routes.map(({ block, via }) => `${block} ${via}\n`).join('');
}

function routesTo(node: DeepReadonly<Node>): readonly Route[] {
  const addresses = internalIPs(node);
  return (node.spec?.podCIDRs ?? []).flatMap((cidr) => {
    const via = addresses.find((address) => isIPv6(address) === cidr.includes(':'));
    return via === undefined ? [] : [{ block: formatCidr(parseCidr(cidr)), via }];
  });
}
