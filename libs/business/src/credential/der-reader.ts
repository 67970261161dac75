/** One element of DER (ITU-T X.690), as it stands in the bytes. */
export interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
  /** With its header. */
  readonly whole: Uint8Array;
}

/** More than any certificate request has side by side. */
const maxElements = 256;

/** The elements that stand one after the other in bytes that somebody else wrote. Throws RangeError for what is no DER. */
export function elementsOf(bytes: Uint8Array): readonly Element[] {
  const found: Element[] = [];
  for (let rest = bytes; rest.length > 0;) {
    const element = firstOf(rest);
    found.push(element);
    rest = rest.subarray(element.whole.length);
    if (found.length > maxElements) {
      throw new RangeError(`more than ${maxElements} elements side by side`);
    }
  }
  return found;
}

function firstOf(bytes: Uint8Array): Element {
  const [tag = 0, first = 0] = bytes;
  const digits = first < 0x80 ? 0 : first & 0x7f;
  // Longer lengths do not fit into what is accepted; 0x80 is the indefinite length, which DER does not have.
  if (bytes.length < 2 || first === 0x80 || digits > 3) {
    throw new RangeError('a header of DER is missing or not allowed');
  }
  const start = 2 + digits;
  const length = digits === 0 ? first : bytes.subarray(2, start).reduce((sum, byte) => sum * 256 + byte, 0);
  const end = start + length;
  if (end > bytes.length || start > bytes.length) {
    throw new RangeError('an element is longer than what there is');
  }
  return { tag, content: bytes.subarray(start, end), whole: bytes.subarray(0, end) };
}

/** Dotted, as `2.5.4.3`. */
export function objectIdentifier(content: Uint8Array): string {
  const arcs: number[] = [];
  let arc = 0;
  for (const byte of content) {
    arc = arc * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      arcs.push(arc);
      arc = 0;
    }
  }
  const [first = 0, ...others] = arcs;
  const root = Math.min(Math.floor(first / 40), 2);
  return [root, first - root * 40, ...others].join('.');
}
