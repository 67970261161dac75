import { BlockList, isIP } from 'node:net';

import { netErrors } from './errors.ts';

interface Range {
  /** As it was written. */
  readonly text: string;
  readonly addresses: BlockList;
}

/** A list is searched for each connection. */
const maxRanges = 256;
const longestQuote = 60;
const longestPrefix = { 4: 32, 6: 128 } as const;

/** IP addresses of both families, as single ones and as CIDRs. An IPv4 address is the same one when it is written as IPv6 (`::ffff:…`). */
export class AddressRanges {
  readonly #ranges: readonly Range[];

  private constructor(ranges: readonly Range[]) {
    this.#ranges = ranges;
  }

  /**
   * From addresses and CIDRs that commas separate; an empty text holds none. Bits behind a prefix do not count.
   * @param what is parsed, for the message: a field, an annotation, a flag
   * @throws InvalidAddressRange
   */
  static parse(text: string, what: string): AddressRanges {
    const parts = text.split(',', maxRanges + 1).map((part) => part.trim());
    if (parts.length > maxRanges) {
      throw netErrors.InvalidAddressRange(`${what} must have at most ${maxRanges} ranges`);
    }
    return new AddressRanges(parts.filter((part) => part !== '').map((part) => rangeOf(part, what)));
  }

  /** The range that holds an address, as it was written; undefined where none does, and for what is no address. */
  find(address: string): string | undefined {
    const [plain = ''] = address.split('%', 1); // the zone of a link-local one
    const family = isIP(plain);
    return family === 0
      ? undefined
      : this.#ranges.find(({ addresses }) => addresses.check(plain, family === 4 ? 'ipv4' : 'ipv6'))?.text;
  }
}

function rangeOf(text: string, what: string): Range {
  const [address = '', prefix, ...rest] = text.split('/', 3);
  const family = isIP(address);
  const longest = family === 4 ? longestPrefix[4] : longestPrefix[6];
  const bits = prefix === undefined ? longest : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Infinity;
  if (family === 0 || address.includes('%') || bits > longest || rest.length > 0) {
    throw netErrors.InvalidAddressRange(
      `${what} holds ${JSON.stringify(text.slice(0, longestQuote))}, which is neither an IP address nor a CIDR such as 10.0.0.0/24`,
    );
  }
  const addresses = new BlockList();
  addresses.addSubnet(address, bits, family === 4 ? 'ipv4' : 'ipv6');
  return { text, addresses };
}
