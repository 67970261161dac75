import type { HardList } from '@tke/api-business';
import type { DeepReadonly } from '@tke/meta';

import { compareAmounts } from './in-force.ts';

const requests = 'requests.';

/**
 * The name of a resource in a ResourceQuota. Extended resources are counted by their requests only
 * (kubernetes.io, "Resource Quotas": quota for extended resources), and TKEStack's manifests name them without the prefix.
 */
export function quotaName(resource: string): string {
  return resource.includes('/') && !resource.startsWith(requests) ? `${requests}${resource}` : resource;
}

/** The `hard` of the ResourceQuota. Where two names mean the same resource, the lower limit holds. */
export function quotaHard(hard: DeepReadonly<HardList>): Record<string, string> {
  const list: Record<string, string> = {};
  for (const [resource, amount] of Object.entries(hard)) {
    const name = quotaName(resource);
    const text = String(amount);
    const other = list[name];
    if (other === undefined || compareAmounts(text, other) < 0) {
      list[name] = text;
    }
  }
  return list;
}

/** What was observed of the limited resources, by the names the Namespace has for them. */
export function observedUse(
  hard: DeepReadonly<HardList>,
  observed: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.keys(hard)
      .toSorted()
      .flatMap((resource) => {
        const amount = observed[quotaName(resource)];
        return amount === undefined ? [] : [[resource, amount] as const];
      }),
  );
}
