import type { HardByCluster, Project } from '@tke/api-business';
import type { DeepReadonly } from '@tke/meta';
import { exactList, limitsOf, most, sum, type Amounts } from '@tke/quantity';

/** Amounts by cluster. A cluster without amounts is one that is used, or may be used, without limit. */
export type Limits = ReadonlyMap<string, Amounts>;

export const none: Limits = new Map();

export function limitsByCluster(clusters: DeepReadonly<HardByCluster> | null | undefined): Limits {
  return new Map(Object.entries(clusters ?? {}).map(([cluster, { hard }]) => [cluster, limitsOf(hard)]));
}

/** As a status has them: exact, with zeros, in the order of the names. */
export function writtenLimits(limits: Limits): HardByCluster {
  return Object.fromEntries(byCluster(limits).map(([cluster, amounts]) => [cluster, { hard: exactList(amounts) }]));
}

export function byCluster(limits: Limits): (readonly [cluster: string, amounts: Amounts])[] {
  return [...limits].sort(([a], [b]) => (a < b ? -1 : 1));
}

/**
 * What a project may hand on at most. Below another project it is what both say: the parent's word on what is in force, and the
 * spec, which may have been lowered since.
 */
export function limitOf({ spec, status }: DeepReadonly<Pick<Project, 'spec' | 'status'>>): Limits {
  const own = limitsByCluster(spec.clusters);
  const { cachedParent, cachedSpecClusters } = status ?? {};
  switch (cachedParent) {
    case undefined:
      return none;
    case '':
      return own;
    default:
      return lesser(own, limitsByCluster(cachedSpecClusters));
  }
}

/** The clusters both have; in each the kinds that either limits, as the stricter does. */
export function lesser(a: Limits, b: Limits): Limits {
  const shared = [...a].filter(([cluster]) => b.has(cluster));
  return new Map(shared.map(([cluster, amounts]) => [cluster, stricter(amounts, b.get(cluster) ?? new Map())]));
}

function stricter(a: Amounts, b: Amounts): Amounts {
  const result = new Map(a);
  for (const [kind, amount] of b) {
    const other = a.get(kind);
    result.set(kind, other === undefined || amount < other ? amount : other);
  }
  return result;
}

export function total(parts: readonly Limits[]): Limits {
  return combined(parts, sum);
}

/** What is left of `all` without `part`, which is a part of it. */
export function without(all: Limits, part: Limits): Limits {
  return new Map([...all].map(([cluster, amounts]) => [cluster, difference(amounts, part.get(cluster))]));
}

function difference(all: Amounts, part: Amounts | undefined): Amounts {
  return new Map([...all].map(([kind, amount]) => [kind, amount - (part?.get(kind) ?? 0n)]));
}

/** The larger of each. */
export function larger(...parts: readonly Limits[]): Limits {
  return combined(parts, most);
}

function combined(parts: readonly Limits[], combine: (...amounts: readonly Amounts[]) => Amounts): Limits {
  const clusters = new Set(parts.flatMap((part) => [...part.keys()]));
  const amountsIn = (cluster: string) => parts.flatMap((part) => part.get(cluster) ?? []);
  return new Map([...clusters].map((cluster) => [cluster, combine(...amountsIn(cluster))]));
}

/** Whether `a` has every cluster and every amount of `b`, and no less of any. */
export function covers(a: Limits, b: Limits): boolean {
  return [...b].every(([cluster, amounts]) => {
    const own = a.get(cluster);
    return own !== undefined && [...amounts].every(([kind, amount]) => (own.get(kind) ?? -1n) >= amount);
  });
}

export function sameLimits(a: Limits, b: Limits): boolean {
  return covers(a, b) && covers(b, a);
}
