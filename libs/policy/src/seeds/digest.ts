import { createHash } from 'node:crypto';

/** Tells contents apart: equal for what JSON says equal, whatever the order of members; absent, null and '' are the same. */
export function contentDigest(content: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(normalized(content)))
    .digest('hex')
    .slice(0, 16);
}

function normalized(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(normalized);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const members = Object.entries(value).filter(
    ([, member]) => member !== undefined && member !== null && member !== '',
  );
  return Object.fromEntries(
    members.map(([key, member]) => [key, normalized(member)]).toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
  );
}
