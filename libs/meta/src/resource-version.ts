/**
 * Orders two resourceVersions of one resource: -1, 0 or 1. They are decimal numbers without leading zeros, so that the
 * longer one is the later and text decides between equals (KEP-5504). Empty is before all.
 */
export function compareResourceVersions(a: string, b: string): -1 | 0 | 1 {
  if (a === b) {
    return 0;
  }
  const earlier = a.length === b.length ? a < b : a.length < b.length;
  return earlier ? -1 : 1;
}
