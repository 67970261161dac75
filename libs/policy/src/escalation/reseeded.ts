import { policy, type Policy } from '@tke/api-auth';
import type { DeepReadonly, KubeObject } from '@tke/meta';

import { defaultPolicies, nameIn, seededSpec, seedKey, seedKeysOf } from '../seeds/default-policies.ts';

/**
 * What the manager makes in place of a policy that is deleted, where it is a shipped one by name or by mark. Whoever is
 * bound to the name holds what is shipped from then on, whatever somebody had made of it.
 */
export function reseeded(deleted: DeepReadonly<KubeObject>): readonly DeepReadonly<Policy>[] {
  if (deleted.kind !== policy.kind) {
    return [];
  }
  const { metadata, spec, ...rest } = deleted as DeepReadonly<Policy>;
  const { tenantID = '' } = spec;
  const keys = seedKeysOf(deleted as DeepReadonly<Policy>);
  return defaultPolicies
    .filter(
      (shipped) => nameIn(tenantID, shipped) === metadata.name || keys.includes(seedKey(tenantID, shipped.displayName)),
    )
    .map((shipped) => ({
      ...rest,
      metadata: { name: nameIn(tenantID, shipped) },
      spec: { ...spec, ...seededSpec(tenantID, shipped) },
    }));
}
