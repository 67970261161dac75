import type { Condition, DeepReadonly } from '@tke/meta';

/** The conditions but for those of these types: what does not apply any more must not be told for ever. */
export function without(
  conditions: DeepReadonly<Condition[]> = [],
  types: readonly string[],
): DeepReadonly<Condition[]> {
  return conditions.filter(({ type }) => !types.includes(type));
}
