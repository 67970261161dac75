import type { NsEmigration } from '@tke/api-business';
import type { ObjectKey } from '@tke/meta';
import type { CacheReader } from '@tke/runtime';

import { emigrationKind, type EmigrationObject } from '../objects/kinds.ts';

type Phase = NonNullable<NonNullable<NsEmigration['status']>['phase']>;

/**
 * From when the Namespace must let its hands off the member until that belongs to another one, or to itself again. Not `Pending`:
 * a Namespace that is not Available yet has to become so before it can move. Not `OldOneTerminating`: what its reconciler has left to do
 * then is to let it end.
 */
const locking: readonly (Phase | undefined)[] = ['OldOneLocked', 'OldOneDetached', 'NewOneCreated'];

/**
 * The emigration that locks a Namespace, if one does. The reconciler of the Namespace then touches nothing in the member, and says so by
 * the phase `Locked` in its status, which the emigration waits for before it touches anything: their writes never cross.
 * @param namespace namespace and name of the Namespace, which its emigration shares.
 */
export function lockOf(cache: Pick<CacheReader, 'get'>, namespace: ObjectKey): EmigrationObject | undefined {
  const emigration = cache.get(emigrationKind, namespace);
  return locking.includes(emigration?.status?.phase) ? emigration : undefined;
}
