import type { Nanos } from '@tke/quantity';

import { totalCharged, type Entry } from './entries.ts';
import { byCluster, type Limits } from './limits.ts';

/** More was handed on than there is: the limit was lowered by force. */
export interface Overdraft {
  readonly cluster: string;
  /** Absent: the whole cluster was taken away. */
  readonly resource?: string;
  readonly limit: Nanos;
  /** Undefined: a child is not limited at all. */
  readonly used: Nanos | undefined;
}

export function overdraftsOf(limit: Limits, entries: readonly Entry[]): readonly Overdraft[] {
  return byCluster(totalCharged(entries)).flatMap(([cluster, used]): readonly Overdraft[] => {
    const limits = limit.get(cluster);
    if (limits === undefined) {
      return [{ cluster, limit: 0n, used: undefined }];
    }
    const isUnlimited = (resource: string) =>
      entries.some(({ clusters }) => clusters.get(cluster)?.has(resource) === false);
    return [...limits].flatMap(([resource, most]): readonly Overdraft[] => {
      const sum = used.get(resource) ?? 0n;
      return sum > most || isUnlimited(resource)
        ? [{ cluster, resource, limit: most, used: isUnlimited(resource) ? undefined : sum }]
        : [];
    });
  });
}
