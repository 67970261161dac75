import type { Cluster } from '@tke/api-platform';
import type { DeepReadonly } from '@tke/meta';

/**
 * Whether the cluster goes on without the platform when its Cluster is deleted: nothing is drained, reset or deleted then, neither on its
 * hosts nor on those of its Machines, but the marks that say whose they are.
 */
export function isDetached({ spec }: DeepReadonly<Cluster>): boolean {
  return (spec.deletionPolicy ?? (spec.type === 'Imported' ? 'Detach' : 'Destroy')) === 'Detach';
}
