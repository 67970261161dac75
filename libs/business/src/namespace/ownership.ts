import { adoptAnnotation } from '@tke/api-business';
import type { coreKinds, DeepReadonly } from '@tke/meta';

import { emigrationFrom } from '../emigration/names.ts';
import type { Claimant } from './claimants.ts';
import { labelsOf } from './member-labels.ts';

export type MemberNamespace = DeepReadonly<coreKinds.Namespace>;

/** What a namespace that exists in the member is to a Namespace that claims it. */
export type Ownership =
  /** Nobody's. */
  | { readonly kind: 'unowned' }
  | { readonly kind: 'ours' }
  /** Ours as the manager saw it, but somebody has changed its labels since. */
  | { readonly kind: 'strayed' }
  /** `by`: project and Namespace, as far as the labels tell. */
  | { readonly kind: 'taken'; readonly by: string };

/**
 * Whose a namespace is: the labels in the member say it, and where they contradict what the manager saw before (`status.memberUID`), that
 * counts, because many may edit labels there. A move changes both, and is known by its annotation.
 * @param rivals the other Namespaces that claim it.
 */
export function ownershipOf(found: MemberNamespace, claimant: Claimant, rivals: readonly Claimant[]): Ownership {
  const { uid } = found.metadata;
  const isSeen = ({ status }: Claimant) => uid !== undefined && status?.memberUID === uid;
  const holder = rivals.find((rival) => isSeen(rival) && !movesFrom(claimant, rival));
  if (holder !== undefined) {
    return { kind: 'taken', by: `${holder.metadata.namespace ?? ''}/${holder.metadata.name ?? ''}` };
  }
  const { project, namespace } = labelsOf(found);
  if (names(found, claimant)) {
    return { kind: 'ours' };
  }
  const isMoved = rivals.some((rival) => movesFrom(rival, claimant) && names(found, rival));
  if (isSeen(claimant) && !isMoved && !isMoving(claimant)) {
    return { kind: 'strayed' };
  }
  return project === undefined
    ? { kind: 'unowned' }
    : { kind: 'taken', by: namespace === undefined ? project : `${project}/${namespace}` };
}

/** Whether the Namespace waits for a namespace that comes from another project: it must not take it itself. */
export function isMoving({ metadata }: Claimant): boolean {
  return metadata.annotations?.[emigrationFrom] !== undefined;
}

/** Whether the Namespace may take over one that is nobody's. Else whoever has a project could have any namespace of a shared cluster. */
export function mayAdopt({ metadata }: Claimant): boolean {
  return metadata.annotations?.[adoptAnnotation] === 'true';
}

/** TKEStack took a namespace for a project's that has no name of a Namespace on it. */
function names(object: MemberNamespace, { metadata }: Claimant): boolean {
  const { project, namespace } = labelsOf(object);
  return project === metadata.namespace && (namespace === undefined || namespace === metadata.name);
}

function movesFrom(to: Claimant, from: Claimant): boolean {
  return isMoving(to) && to.metadata.annotations?.[emigrationFrom] === from.metadata.namespace;
}
