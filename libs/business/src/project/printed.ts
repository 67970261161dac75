import { exactList, percentOf } from '@tke/quantity';

import { byCluster, total, type Limits } from '../quota/limits.ts';

// That of the field.
const longestNames = 4096;

export function clusterNames(limit: Limits): string {
  return byCluster(limit)
    .map(([cluster]) => cluster)
    .join(',')
    .slice(0, longestNames);
}

/** With zeros for what is limited and not used. */
export function usedByCluster(limit: Limits, used: Limits): Record<string, { used: Record<string, string> }> {
  const zeros = new Map(
    [...limit].map(([cluster, kinds]) => [cluster, new Map([...kinds.keys()].map((kind) => [kind, 0n]))]),
  );
  return Object.fromEntries(
    byCluster(total([zeros, used])).map(([cluster, amounts]) => [cluster, { used: exactList(amounts) }]),
  );
}

/** The highest share of a limit that was handed on: `83% cpu in cls-a`. Empty where nothing is. */
export function utilisation(limit: Limits, used: Limits): string {
  const shares = byCluster(limit).flatMap(([cluster, amounts]) =>
    [...amounts].sort().flatMap(([kind, most]) => {
      const amount = used.get(cluster)?.get(kind) ?? 0n;
      return amount === 0n ? [] : [{ percent: percentOf(amount, most), text: `${kind} in ${cluster}` }];
    }),
  );
  const [first, ...rest] = shares;
  const highest = first && rest.reduce((best, share) => (share.percent > best.percent ? share : best), first);
  return highest === undefined ? '' : `${highest.percent}% ${highest.text}`;
}
