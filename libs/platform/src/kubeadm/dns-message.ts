/** RFC 1035, as far as it takes to ask for one name over TCP and to see that there is an answer. */

const id = 0x746b;
const recursionDesired = 0x0100;
const classInternet = 1;
export const typeA = 1;
export const typeAAAA = 28;

/** A query with the length in front that TCP wants (section 4.2.2). */
export function dnsQuery(name: string, type: number): Buffer {
  const header = words(id, recursionDesired, 1, 0, 0, 0);
  const labels = name.split('.').filter((label) => label !== '');
  const question = labels.flatMap((label) => [Buffer.from([Buffer.byteLength(label)]), Buffer.from(label)]);
  const message = Buffer.concat([header, ...question, Buffer.from([0]), words(type, classInternet)]);
  return Buffer.concat([words(message.length), message]);
}

export type DnsAnswer =
  | { readonly kind: 'answers'; readonly count: number }
  /** The response code, e.g. 2 for SERVFAIL, 3 for NXDOMAIN. */
  | { readonly kind: 'refused'; readonly code: number }
  | { readonly kind: 'none' };

/** Reads the answer to `dnsQuery`, with or without its length in front. */
export function dnsAnswer(message: Buffer): DnsAnswer {
  const start = message.length >= 14 && message.readUInt16BE(2) === id ? 2 : 0;
  const body = message.subarray(start);
  if (body.length < 12 || body.readUInt16BE(0) !== id || (body.readUInt16BE(2) & 0x8000) === 0) {
    return { kind: 'none' };
  }
  const code = body.readUInt16BE(2) & 0xf;
  const count = body.readUInt16BE(6);
  return code === 0 && count > 0 ? { kind: 'answers', count } : { kind: 'refused', code };
}

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  values.forEach((value, i) => bytes.writeUInt16BE(value, i * 2));
  return bytes;
}
