import { overlaps, parseAddress, parseCidr, type Address, type Block } from '../network/cidr.ts';
import type { Finding, HostCheck, HostSubject, Purpose } from './check.ts';

const hostPrefix = { 4: 32, 6: 128 } as const;

/** Undefined for what is no address. */
function address(text: string): Address | undefined {
  try {
    return parseAddress(text);
  } catch {
    return undefined;
  }
}

/** Of a route's destination, which has no prefix where it is one address. */
function destination(text: string): Block | undefined {
  try {
    return text.includes('/') ? parseCidr(text) : oneAddress(parseAddress(text));
  } catch {
    return undefined;
  }
}

function oneAddress({ family, value }: Address): Block {
  return { family, first: value, prefix: hostPrefix[family] };
}

function findNodeAddress({ node, facts: { addresses } }: HostSubject): Finding | undefined {
  const wanted = address(node.ip);
  const isThere = addresses.some((each) => {
    const found = address(each.address);
    return found?.family === wanted?.family && found?.value === wanted?.value;
  });
  return isThere || addresses.length === 0
    ? undefined
    : {
        message: `no network device of it has the address ${node.ip}, only ${addresses.map((each) => each.address).join(', ')}`,
        remedy:
          'Name the host by an address of its own: the kubelet and etcd listen there, and a NAT in between would hide it.',
      };
}

function findDevice({ facts: { addresses } }: HostSubject, { cluster }: Purpose): Finding | undefined {
  const device = cluster.spec.networkDevice ?? '';
  const devices = [...new Set(addresses.map((each) => each.interface))];
  return device === '' || devices.includes(device)
    ? undefined
    : {
        message: `spec.networkDevice is ${device}, and its devices with an address are ${devices.join(', ')}`,
        remedy: 'Correct spec.networkDevice, or leave it out: then it is the device of the default route.',
      };
}

/** The kernel looks for a route before kube-proxy's rules turn a service into a pod: without one, hosts get to no service. */
function findDefaultRoute({ facts: { defaultRoutes } }: HostSubject, { network }: Purpose): Finding | undefined {
  const families = [...new Set(network.podCidrs.map((cidr) => (cidr.includes(':') ? 6 : 4)))];
  const missing = families.filter((family) => !defaultRoutes.some((route) => route.family === family));
  return missing.length === 0
    ? undefined
    : {
        message: `it has no default route for IPv${missing.join(' and IPv')}, so nothing on it could reach a service`,
        remedy:
          'Add one, also where it leads nowhere: ip route add default dev <device>, and keep it in the network configuration.',
      };
}

function findOverlap({ facts, traces }: HostSubject, { network }: Purpose): Finding | undefined {
  if (traces.mark !== undefined) {
    return undefined; // the routes to pods are there by now
  }
  const blocks = [...network.podCidrs, ...network.serviceCidrs].map(parseCidr);
  const own = facts.addresses.map(({ address: text, prefixLength }) =>
    prefixLength === undefined ? text : `${text}/${prefixLength}`,
  );
  const clashes = [...new Set([...own, ...traces.routes])].filter((text) => {
    const used = destination(text);
    return used !== undefined && blocks.some((block) => overlaps(block, used));
  });
  return clashes.length === 0
    ? undefined
    : {
        message: `it reaches networks otherwise that overlap with the blocks of pods or services: ${clashes.join(', ')}`,
        remedy: 'Choose other blocks in spec.clusterCIDR and spec.serviceCIDR.',
      };
}

function findIPv6({ facts: { sysctls } }: HostSubject, { network }: Purpose): Finding | undefined {
  return network.podCidrs.some((cidr) => cidr.includes(':')) && sysctls['net.ipv6.conf.all.disable_ipv6'] === '1'
    ? {
        message: 'IPv6 is turned off, and pods shall have it',
        remedy: 'Set net.ipv6.conf.all.disable_ipv6 to 0 (in /etc/sysctl.d), or do without ipv6DualStack.',
      }
    : undefined;
}

/** How the host is connected. */
export const networkChecks: readonly HostCheck[] = [
  { name: 'NodeAddress', find: findNodeAddress },
  { name: 'NetworkDevice', find: findDevice },
  { name: 'DefaultRoute', find: findDefaultRoute },
  { name: 'AddressOverlap', find: findOverlap },
  { name: 'IPv6', find: findIPv6 },
];
