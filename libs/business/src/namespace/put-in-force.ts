import type { HardList } from '@tke/api-business';
import { keyOf, type DeepReadonly } from '@tke/meta';

import type { Claimant } from './claimants.ts';
import type { ResourceQuota } from './member-kinds.ts';
import { belongsTo } from './member-labels.ts';
import type { MemberWriter } from './member-writer.ts';
import { isMoving, mayAdopt, ownershipOf, type MemberNamespace } from './ownership.ts';

export type InMember =
  | {
      readonly kind: 'inForce';
      readonly namespace: MemberNamespace;
      readonly quota: DeepReadonly<ResourceQuota>;
    }
  /** It belongs to somebody else. */
  | { readonly kind: 'taken'; readonly by: string }
  /** It was there before, is nobody's, and nobody who may has said that it is to be taken over. */
  | { readonly kind: 'exists' }
  /** It is on its way out of the cluster. `isWatched`: its end will be noticed. */
  | { readonly kind: 'ending'; readonly isWatched: boolean }
  /** It comes from another project, and has not arrived. */
  | { readonly kind: 'awaited' };

/** Makes the member have what the Namespace asks for, as far as that is its to have. */
export async function putInForce(
  writer: MemberWriter,
  claimant: Claimant,
  rivals: readonly Claimant[],
  hard: DeepReadonly<HardList>,
): Promise<InMember> {
  const known = writer.namespace;
  if (known === undefined && isMoving(claimant)) {
    return { kind: 'awaited' };
  }
  const found = known ?? (await writer.create());
  const ownership = ownershipOf(found, claimant, rivals);
  if (ownership.kind !== 'ours' && isMoving(claimant)) {
    return { kind: 'awaited' };
  }
  if (ownership.kind === 'taken') {
    return ownership;
  }
  if (found.metadata.deletionTimestamp !== undefined) {
    return { kind: 'ending', isWatched: known !== undefined };
  }
  if (ownership.kind === 'unowned' && !mayAdopt(claimant)) {
    return { kind: 'exists' };
  }
  const namespace = belongsTo(found, keyOf(claimant)) ? found : await writer.label(found);
  const quota = await writer.limit(hard);
  await writer.bound();
  return { kind: 'inForce', namespace, quota };
}
