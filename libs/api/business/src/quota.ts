import { s } from '@tke/crd';
import type { Infer } from '@tke/crd';

/** Most kinds of resources in one limit, and most clusters of one project: what a status with all charges has room for. */
export const quotaLimits = { kinds: 48, clusters: 64, children: 1024 } as const;

export function resourceList(description: string) {
  return s.map(description, s.quantity('Amount, e.g. 500m or 10Gi.'), { maxProperties: quotaLimits.kinds });
}

const hard = s.object('What may be used in one cluster.', {
  hard: s.optional(s.nullable(resourceList('Limits, by names of ResourceQuota, e.g. requests.cpu.'))),
});

export const hardByCluster = s.map('Limits by the name of the Cluster.', hard, {
  maxProperties: quotaLimits.clusters,
});

const used = s.object('What was handed on in one cluster.', {
  used: s.optional(resourceList('Sum of what the children hold.')),
});

export const usedByCluster = s.map('What was handed on, by the name of the Cluster.', used, {
  maxProperties: quotaLimits.clusters,
});

/** Quantities by names of ResourceQuota. */
export type HardList = Infer<ReturnType<typeof resourceList>>;
/** Limits by cluster. */
export type HardByCluster = Infer<typeof hardByCluster>;
