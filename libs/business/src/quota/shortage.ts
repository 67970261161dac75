import { formatExactly, type Amounts, type Nanos } from '@tke/quantity';

import type { Obstacle } from './claim.ts';
import { byCluster, type Limits } from './limits.ts';

/** One reason why a claim is not granted. */
export type Shortage =
  | { readonly kind: 'ClusterMissing'; readonly cluster: string }
  /** The parent limits a kind and the child does not. */
  | { readonly kind: 'Unlimited'; readonly cluster: string; readonly resource: string; readonly limit: Nanos }
  | {
      readonly kind: 'Short';
      readonly cluster: string;
      readonly resource: string;
      readonly wanted: Nanos;
      /** Negative when others hold more than there is. */
      readonly free: Nanos;
      readonly limit: Nanos;
    }
  | { readonly kind: 'Overdrawn' | 'Full' | Obstacle };

export type LimitShortage = Extract<Shortage, { readonly cluster: string }>;

/** What is in the way of a claim: `limit` is that of the parent, `others` what is charged for all other children. */
export function limitShortages(limit: Limits, others: Limits, wanted: Limits): readonly LimitShortage[] {
  return byCluster(wanted).flatMap(([cluster, amounts]): readonly LimitShortage[] => {
    const most = limit.get(cluster);
    return most === undefined
      ? [{ kind: 'ClusterMissing', cluster }]
      : shortagesIn(cluster, most, others.get(cluster) ?? new Map(), amounts);
  });
}

function shortagesIn(cluster: string, limits: Amounts, others: Amounts, wanted: Amounts): readonly LimitShortage[] {
  return [...limits].flatMap(([resource, limit]): readonly LimitShortage[] => {
    const amount = wanted.get(resource);
    if (amount === undefined) {
      return [{ kind: 'Unlimited', cluster, resource, limit }];
    }
    const free = limit - (others.get(resource) ?? 0n);
    return amount > free ? [{ kind: 'Short', cluster, resource, wanted: amount, free, limit }] : [];
  });
}

/**
 * For people: what is in the way. Says nothing of how much is free: that changes with each write of the ledger, and whoever waits would have to
 * be told anew each time.
 */
export function shortageText(parent: string, shortages: readonly Shortage[]): string {
  return shortages.map((shortage) => textOf(parent, shortage)).join('; ');
}

function textOf(parent: string, shortage: Shortage): string {
  switch (shortage.kind) {
    case 'ClusterMissing':
      return `${shortage.cluster}: Project ${parent} has no part of this cluster`;
    case 'Unlimited':
      return `${shortage.cluster} ${shortage.resource}: not limited here, but limited to ${formatExactly(shortage.resource, shortage.limit)} in Project ${parent}`;
    case 'Short': {
      const { cluster, resource, wanted, limit } = shortage;
      const [asked, most] = [formatExactly(resource, wanted), formatExactly(resource, limit)];
      const rule = wanted > limit ? `must be at most the ${most}` : `must fit into what is left of the ${most}`;
      return `${cluster} ${resource}: ${asked} wanted, which ${rule} of Project ${parent}`;
    }
    case 'Overdrawn':
      return `Project ${parent} has handed on more than its limits: it grants nothing until its children have given some back, or its limits are raised`;
    case 'Full':
      return `Project ${parent} has no room for more: it has too many projects and namespaces below it, or they have too many limits`;
    case 'OtherTenant':
      return `Project ${parent} is not of the same tenant`;
    case 'Cycle':
      return `Project ${parent} is itself below this one`;
    case 'TooDeep':
      return `Project ${parent} is too deep in the tree to have projects below it`;
    case 'HoldsMore':
      return `Project ${parent} grants it when no more than that is handed on below`;
  }
}
