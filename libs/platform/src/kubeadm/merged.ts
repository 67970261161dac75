type Json = Readonly<Record<string, unknown>>;

/** RFC 7386: members of `patch` win, lists as a whole; null takes a member away. */
export function merged(base: Json, patch: unknown): Json {
  if (!isObject(patch)) {
    return base;
  }
  const kept = Object.entries(base).filter(([name]) => !(name in patch));
  const changed = Object.entries(patch).filter(([, value]) => value !== null);
  return Object.fromEntries([
    ...kept,
    ...changed.map(([name, value]) => [name, isObject(value) ? merged(objectOr(base[name]), value) : value] as const),
  ]);
}

function objectOr(value: unknown): Json {
  return isObject(value) ? value : {};
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
