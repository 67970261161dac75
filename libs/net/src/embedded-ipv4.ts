import { isIP } from 'node:net';

interface Embedding {
  /** The groups of 16 bits that such an address begins with. */
  readonly prefix: readonly number[];
  /** The group at which the IPv4 address begins. */
  readonly at: number;
}

const embeddings: readonly Embedding[] = [
  { prefix: [0x64, 0xff9b, 0, 0, 0, 0], at: 6 }, // NAT64, RFC 6052 2.1
  { prefix: [0x2002], at: 1 }, // 6to4, RFC 3056 2
  { prefix: [0, 0, 0, 0, 0, 0], at: 6 }, // compatible, RFC 4291 2.5.5.1
  { prefix: [0, 0, 0, 0, 0, 0xffff], at: 6 }, // mapped, RFC 4291 2.5.5.2
  { prefix: [0, 0, 0, 0, 0xffff, 0], at: 6 }, // translated, RFC 2765 2.1
];

const groupCount = 8;
/** `::` and `::1` hold no IPv4 address, though they look like it (RFC 4291 2.5.5.1). */
const ownAddresses: ReadonlySet<string> = new Set(['::', '::1']);

/** The IPv4 address that a packet to an IPv6 address may be translated or tunnelled to; undefined for all others. */
export function embeddedIPv4(address: string): string | undefined {
  const [plain = ''] = address.split('%', 1); // the zone of a link-local one
  if (isIP(plain) !== 6) {
    return undefined;
  }
  // One spelling, in hexadecimal groups throughout.
  const spelled = new URL(`http://[${plain}]`).hostname.slice(1, -1);
  const groups = groupsOf(spelled);
  const found = embeddings.find(({ prefix }) => prefix.every((group, index) => groups[index] === group));
  return found === undefined || ownAddresses.has(spelled) ? undefined : dotted(groups.slice(found.at, found.at + 2));
}

function groupsOf(spelled: string): readonly number[] {
  const [head = [], tail = []] = spelled
    .split('::')
    .map((part) => part.split(':').filter((group) => group !== ''))
    .map((part) => part.map((group) => Number.parseInt(group, 16)));
  return [...head, ...Array<number>(groupCount - head.length - tail.length).fill(0), ...tail];
}

function dotted(groups: readonly number[]): string {
  return groups.flatMap((group) => [group >> 8, group & 0xff]).join('.');
}
