/** So few are told one after another. */
const few = 4;

/** Actions in few lines, none changed: literal ones by verb (`get: Pod, Secret`), patterns as they are. */
export function actionsText(actions: readonly string[]): readonly string[] {
  if (actions.length <= few) {
    return [actions.join(', ')];
  }
  const patterns = actions.filter((action) => partsOf(action) === undefined);
  const byVerb = Map.groupBy(
    actions.map(partsOf).filter((parts) => parts !== undefined),
    ([verb]) => verb,
  );
  return [
    ...(patterns.length === 0 ? [] : [patterns.join(', ')]),
    ...[...byVerb].map(([verb, parts]) => `${verb}: ${parts.map(([, noun]) => noun).join(', ')}`),
  ];
}

function partsOf(action: string): readonly [verb: string, noun: string] | undefined {
  const [, verb, noun] = /^([a-z]+)([A-Z][A-Za-z0-9]*)$/.exec(action) ?? [];
  return verb === undefined || noun === undefined ? undefined : [verb, noun];
}
