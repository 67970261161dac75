import type { DeepReadonly, OwnerReference } from '@tke/meta';

/** The list with a reference added, in place of an older one to an owner of the same kind and name. */
export function ownedBy(
  references: DeepReadonly<OwnerReference[]> | undefined,
  owner: OwnerReference,
): OwnerReference[] {
  const others = (references ?? []).filter(({ kind, name }) => kind !== owner.kind || name !== owner.name);
  return [...others.map((other) => ({ ...other })), owner];
}
