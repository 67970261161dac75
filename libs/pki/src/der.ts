/**
 * The subset of DER (ITU-T X.690) that X.509 certificates with P-256 keys need. The npm package for certificates costs
 * 140 ms and 24 MB at import and patches the global `Reflect`; parsing and verification stay with node:crypto.
 */
export type Der = Buffer;

const shortLengthLimit = 0x80;

function lengthBytes(length: number): Buffer {
  if (length < shortLengthLimit) {
    return Buffer.of(length);
  }
  const digits = Buffer.from(length.toString(16).padStart(length > 0xff ? 4 : 2, '0'), 'hex');
  return Buffer.concat([Buffer.of(shortLengthLimit | digits.length), digits]);
}

function element(tag: number, ...content: readonly Uint8Array[]): Der {
  const body = Buffer.concat(content);
  return Buffer.concat([Buffer.of(tag), lengthBytes(body.length), body]);
}

export const sequence = (...items: readonly Der[]): Der => element(0x30, ...items);
export const set = (...items: readonly Der[]): Der => element(0x31, ...items);
export const boolean = (value: boolean): Der => element(0x01, Buffer.of(value ? 0xff : 0));
export const octetString = (bytes: Uint8Array): Der => element(0x04, bytes);
export const bitString = (bytes: Uint8Array, unusedBits = 0): Der => element(0x03, Buffer.of(unusedBits), bytes);
export const utf8String = (text: string): Der => element(0x0c, Buffer.from(text, 'utf8'));
/** `[n]` around whole elements. */
export const explicit = (tag: number, ...items: readonly Der[]): Der => element(0xa0 | tag, ...items);
/** `[n]` in place of a primitive type's own tag. */
export const implicit = (tag: number, bytes: Uint8Array): Der => element(0x80 | tag, bytes);

/** A non-negative integer from its big-endian bytes. */
export function integer(bytes: Uint8Array): Der {
  const first = bytes.findIndex((byte) => byte !== 0);
  const digits = first < 0 ? Buffer.of(0) : Buffer.from(bytes.subarray(first));
  const negative = (digits[0] ?? 0) >= 0x80;
  return element(0x02, negative ? Buffer.concat([Buffer.of(0), digits]) : digits);
}

export function objectIdentifier(dotted: string): Der {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return element(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(value: number): number[] {
  const groups = [value & 0x7f];
  for (let rest = value >> 7; rest > 0; rest >>= 7) {
    groups.unshift((rest & 0x7f) | 0x80);
  }
  return groups;
}

/** RFC 5280, 4.1.2.5: two-digit years until 2049, four-digit years from then on. */
export function time(epochMs: number): Der {
  const digits = new Date(epochMs).toISOString().replace(/[-:T]|\.\d+/g, '');
  return Number(digits.slice(0, 4)) < 2050
    ? element(0x17, Buffer.from(digits.slice(2), 'ascii'))
    : element(0x18, Buffer.from(digits, 'ascii'));
}

/** The elements inside a constructed element, each with its own header. */
export function children(der: Der): Der[] {
  const items: Der[] = [];
  for (let offset = header(der, 0).start, { end } = header(der, 0); offset < end;) {
    const next = header(der, offset);
    items.push(der.subarray(offset, next.end));
    offset = next.end;
  }
  return items;
}

/** What an element carries, without its header. */
export function content(der: Der): Buffer {
  const { start, end } = header(der, 0);
  return der.subarray(start, end);
}

function header(der: Der, offset: number): { start: number; end: number } {
  const first = der[offset + 1] ?? 0;
  const digits = first < shortLengthLimit ? 0 : first & 0x7f;
  const start = offset + 2 + digits;
  const length = digits === 0 ? first : der.readUIntBE(offset + 2, digits);
  return { start, end: start + length };
}
