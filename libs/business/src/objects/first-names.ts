const shown = 3;

/** For people: the first of some names, in their order. */
export function firstNames(names: readonly string[]): string {
  const first = names.toSorted().slice(0, shown);
  return [...first, ...(names.length > shown ? ['…'] : [])].join(', ');
}
