type JsonObject = Readonly<Record<string, unknown>>;

/**
 * The RFC 7386 merge patch that turns `before` into `after`, or undefined when nothing changes. Lists are replaced as a
 * whole. A member that is null or undefined counts as absent, since a merge patch cannot set a null.
 */
export function mergeDiff(before: object, after: object): Record<string, unknown> | undefined {
  const patch: Record<string, unknown> = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const change = memberDiff((before as JsonObject)[key] ?? undefined, (after as JsonObject)[key] ?? undefined);
    if (change !== undefined) {
      patch[key] = change.value;
    }
  }
  return Object.keys(patch).length === 0 ? undefined : patch;
}

function memberDiff(before: unknown, after: unknown): { value: unknown } | undefined {
  if (isJsonObject(before) && isJsonObject(after)) {
    const value = mergeDiff(before, after);
    return value === undefined ? undefined : { value };
  }
  return jsonEqual(before, after) ? undefined : { value: after ?? null };
}

/** Equality of what JSON would carry: members that are undefined do not count. */
export function jsonEqual(a: unknown, b: unknown): boolean {
  if (a === b) {
    return true;
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, i) => jsonEqual(item, b[i]));
  }
  if (!isJsonObject(a) || !isJsonObject(b)) {
    return false;
  }
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) => jsonEqual(a[key], b[key]));
}

function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
