import type { Cluster } from '@tke/api-platform';
import type { DeepReadonly } from '@tke/meta';

/** What keeps a reset from removing what somebody else has put on a host. */
const kept: readonly string[] = ['EnsurePreflight', 'EnsureHostMark'];

/** `features.skipConditions`, but for steps without which a host must not be taken. Single checks of preflight can be named instead. */
export function skips({ spec }: DeepReadonly<Cluster>): readonly string[] {
  return (spec.features?.skipConditions ?? []).filter((name) => !kept.includes(name));
}
