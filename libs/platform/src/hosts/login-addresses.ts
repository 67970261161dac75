import { AddressRanges } from '@tke/net';
import type { coreKinds, DeepReadonly } from '@tke/meta';

/** On a Secret with a login: the addresses and CIDRs of hosts that it may be shown to, separated by commas. Absent: all. */
export const loginAddressesAnnotation = 'platform.tkestack.io/login-addresses';

/** An address, and the field it stands in. */
export interface NamedAddress {
  readonly field: string;
  readonly address: string;
}

/** That a login must not be shown to an address. */
export interface LoginRefusal extends NamedAddress {
  /** The annotation as it was written. */
  readonly allowed: string;
}

type Secret = DeepReadonly<coreKinds.Secret>;

export function saysWhere({ metadata }: Secret): boolean {
  return metadata.annotations?.[loginAddressesAnnotation] !== undefined;
}

/**
 * The first of the addresses that the annotation of the Secret does not have; undefined when it has all of them, or is absent. Names of
 * hosts are in no range: what they mean is decided by whoever answers for DNS.
 * @throws InvalidAddressRange
 */
export function loginRefusal({ metadata }: Secret, addresses: readonly NamedAddress[]): LoginRefusal | undefined {
  const allowed = metadata.annotations?.[loginAddressesAnnotation];
  if (allowed === undefined) {
    return undefined;
  }
  const ranges = AddressRanges.parse(
    allowed,
    `annotation ${loginAddressesAnnotation} of Secret ${metadata.name ?? ''}`,
  );
  const outside = addresses.find(({ address }) => ranges.find(address) === undefined);
  return outside && { ...outside, allowed };
}

interface Login {
  readonly ip: string;
  readonly proxy?: DeepReadonly<{ type?: string; ip?: string }> | undefined;
}

/**
 * Whom the login of a host is shown to: the host, and the proxy on the way, which could answer in its place before the key of the host is
 * known.
 */
export function hostAddresses({ ip, proxy }: Login, path = ''): readonly NamedAddress[] {
  return [{ field: `${path}ip`, address: ip }, ...proxyAddresses(proxy, path)];
}

/** Whom the login of the proxy in front of a host is shown to: the proxy alone. */
export function proxyAddresses(proxy: Login['proxy'], path = ''): readonly NamedAddress[] {
  return proxy?.type ? [{ field: `${path}proxy.ip`, address: proxy.ip ?? '' }] : [];
}
