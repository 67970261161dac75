import { isIPv6 } from 'node:net';

import { memberErrors } from '../errors.ts';
import type { AddressType, ClusterAddress } from './cluster-access.ts';

// The nearest first; the first three as TKEStack has them.
const preference: readonly AddressType[] = ['Internal', 'Advertise', 'Real', 'Public', 'Support'];

function urlOf({ type, host, port, path = '' }: ClusterAddress): URL {
  const base = URL.parse(`https://${isIPv6(host) ? `[${host}]` : host}:${port}`);
  // What the parser read as something other than a host (user, path, query) would lead elsewhere.
  const exact =
    base !== null && base.pathname === '/' && `${base.username}${base.password}${base.search}${base.hash}` === '';
  const wholePath = path === '' || (path.startsWith('/') && !/[?#\\]|\/\.{1,2}(\/|$)/.test(path));
  if (!exact || !Number.isInteger(port) || port < 1 || !wholePath) {
    const shown = JSON.stringify({ type, host, port, path });
    throw memberErrors.InvalidClusterAddress(`the address ${shown} cannot be made into a URL`);
  }
  base.pathname = path.replace(/\/+$/, '');
  return base;
}

/** The addresses in the order in which to try them. Throws `InvalidClusterAddress`. */
export function serverUrls(addresses: readonly ClusterAddress[]): readonly [URL, ...URL[]] {
  const ordered = preference.flatMap((type) => addresses.filter((address) => address.type === type)).map(urlOf);
  const [first, ...others] = [...new Map(ordered.map((url) => [url.href, url])).values()];
  if (first === undefined) {
    throw memberErrors.InvalidClusterAddress('the cluster has no address');
  }
  return [first, ...others];
}
