import { isIPv4, isIPv6 } from 'node:net';

export type Family = 4 | 6;

/** An address as the number it is, so that arithmetic is the same for both families. */
export interface Address {
  readonly family: Family;
  readonly value: bigint;
}

/** Addresses that share the first `prefix` bits. `first` has zeros behind them. */
export interface Block {
  readonly family: Family;
  readonly first: bigint;
  readonly prefix: number;
}

const bits = { 4: 32, 6: 128 } as const;

/** Throws TypeError for what is no address, or has a zone. */
export function parseAddress(text: string): Address {
  if (isIPv4(text)) {
    return { family: 4, value: joined(text.split('.').map(Number), 8n) };
  }
  if (!isIPv6(text) || text.includes('%')) {
    throw new TypeError(`not an IP address: ${text}`);
  }
  return { family: 6, value: joined(groupsOf(text), 16n) };
}

/** IPv6 in the form of RFC 5952, which the kernel and Go print as well. */
export function formatAddress({ family, value }: Address): string {
  if (family === 4) {
    return split(value, 4, 8n).join('.');
  }
  const groups = split(value, 8, 16n).map((group) => group.toString(16));
  const { at, length } = longestZeros(groups);
  if (length < 2) {
    return groups.join(':');
  }
  return `${groups.slice(0, at).join(':')}::${groups.slice(at + length).join(':')}`;
}

/** Bits behind the prefix are dropped, as Kubernetes does. Throws TypeError for what is no CIDR. */
export function parseCidr(text: string): Block {
  const [address = '', prefix = '', ...rest] = text.trim().split('/');
  if (!/^\d{1,3}$/.test(prefix) || rest.length > 0) {
    throw new TypeError(`not a CIDR: ${text}`);
  }
  const { family, value } = parseAddress(address);
  return block(family, value, Number(prefix));
}

export function formatCidr({ family, first, prefix }: Block): string {
  return `${formatAddress({ family, value: first })}/${prefix}`;
}

/** The block of that prefix which holds the address. */
export function block(family: Family, address: bigint, prefix: number): Block {
  if (prefix > bits[family]) {
    throw new TypeError(`an IPv${family} prefix has at most ${bits[family]} bits, not ${prefix}`);
  }
  const host = BigInt(bits[family] - prefix);
  return { family, first: (address >> host) << host, prefix };
}

/** Number of addresses. */
export function sizeOf({ family, prefix }: Block): bigint {
  return 1n << BigInt(bits[family] - prefix);
}

export function lastOf(cidr: Block): bigint {
  return cidr.first + sizeOf(cidr) - 1n;
}

/** The address at `index` from the first. Throws RangeError beyond the end. */
export function addressAt(cidr: Block, index: bigint): Address {
  if (index < 0n || index >= sizeOf(cidr)) {
    throw new RangeError(`${formatCidr(cidr)} has no address number ${index}`);
  }
  return { family: cidr.family, value: cidr.first + index };
}

export function contains(cidr: Block, { family, value }: Address): boolean {
  return family === cidr.family && value >= cidr.first && value <= lastOf(cidr);
}

export function overlaps(a: Block, b: Block): boolean {
  return a.family === b.family && a.first <= lastOf(b) && b.first <= lastOf(a);
}

/** Bits of the family that do not belong to the prefix. */
export function hostBits({ family, prefix }: Pick<Block, 'family' | 'prefix'>): number {
  return bits[family] - prefix;
}

export function bitsOf(family: Family): number {
  return bits[family];
}

function joined(parts: readonly number[], width: bigint): bigint {
  return parts.reduce((value, part) => (value << width) | BigInt(part), 0n);
}

function split(value: bigint, count: number, width: bigint): readonly bigint[] {
  const mask = (1n << width) - 1n;
  return Array.from({ length: count }, (_, i) => (value >> (BigInt(count - 1 - i) * width)) & mask);
}

/** The eight groups of an IPv6 address that is known to be well-formed. */
function groupsOf(text: string): readonly number[] {
  const [head = '', tail] = text.split('::');
  const before = groups(head);
  if (tail === undefined) {
    return before;
  }
  const after = groups(tail);
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after];
}

function groups(text: string): readonly number[] {
  return text === ''
    ? []
    : text.split(':').flatMap((part) => (part.includes('.') ? ipv4Groups(part) : [Number.parseInt(part, 16)]));
}

function ipv4Groups(text: string): readonly number[] {
  const { value } = parseAddress(text);
  return [Number(value >> 16n), Number(value & 0xffffn)];
}

/** The first of the longest runs (RFC 5952 section 4.2.3). */
function longestZeros(groups: readonly string[]): { readonly at: number; readonly length: number } {
  let best = { at: 0, length: 0 };
  for (let at = 0; at < groups.length; at++) {
    let end = at;
    while (groups[end] === '0') {
      end++;
    }
    if (end - at > best.length) {
      best = { at, length: end - at };
    }
  }
  return best;
}
