import { keyOf, type DeepReadonly, type Kind, type KubeObject } from '@tke/meta';

import type { Request } from '../reconcile.ts';

/**
 * Names the requests that a change of an object concerns. For an update it is called for both sides, the other one
 * being `previous` for the new object; requests named twice are reconciled once.
 */
export type Mapper<T extends KubeObject = KubeObject> = (
  object: DeepReadonly<T>,
  previous?: DeepReadonly<T>,
) => readonly Request[];

/** Maps an object to its own request. */
export const itself: Mapper = (object) => [keyOf(object)];

/** Maps an object to its controlling owner of a kind. Group and kind count, the version does not. */
export function controllingOwner(owner: Kind): Mapper {
  return (object) => {
    const reference = object.metadata.ownerReferences?.find((candidate) => candidate.controller === true);
    if (reference?.kind !== owner.kind || groupOf(reference.apiVersion) !== owner.group) {
      return [];
    }
    const { namespace } = object.metadata;
    return [
      owner.namespaced && namespace !== undefined ? { namespace, name: reference.name } : { name: reference.name },
    ];
  };
}

function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}
