import { s } from '@tke/crd';
import type { Infer } from '@tke/crd';

import { quotaRules } from './quota-rules.ts';

/**
 * Most kinds of resources in one limit, clusters of one project, and children of one project. Not all of them at once: the charges of all
 * children together have `ledgerBytes` at most, their share of managedFields included, since etcd takes objects of 1.5 MiB. That is
 * about 700 children with 10 kinds each, or 190 with 48.
 */
export const quotaLimits = { kinds: 48, clusters: 64, children: 1024, types: 3, ledgerBytes: 750_000 } as const;

const amount = s.quantity('Amount, e.g. 500m or 10Gi.');

/** Amounts as a controller writes them. */
export function resourceList(description: string) {
  return s.map(description, amount, { maxProperties: quotaLimits.kinds });
}

/** Limits as people write them, by the names that a ResourceQuota has. */
export function quotaList(description: string) {
  return s.map(description, amount, { maxProperties: quotaLimits.kinds, rules: quotaRules('hard') });
}

type List = ReturnType<typeof resourceList>;

function byCluster(description: string, list: List) {
  const hard = s.object('What may be used in one cluster.', { hard: s.optional(s.nullable(list)) });
  return s.map(description, hard, {
    maxProperties: quotaLimits.clusters,
    rules: [
      {
        rule: "self.all(name, name.matches('^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$'))",
        message: 'clusters must have names of Clusters as keys: write them like cls-a',
      },
    ],
  });
}

const limits = 'Limits, by names of ResourceQuota, e.g. requests.cpu.';

export const hardByCluster = byCluster('Limits by the name of the Cluster.', quotaList(limits));
/** The same as a controller writes it: nothing that was checked when it was written is checked again. */
export const heldByCluster = byCluster('Limits by the name of the Cluster.', resourceList(limits));

const used = s.object('What was handed on in one cluster.', {
  used: s.optional(resourceList('Sum of what the children hold.')),
});

export const usedByCluster = s.map('What was handed on, by the name of the Cluster.', used, {
  maxProperties: quotaLimits.clusters,
});

/** Quantities by names of ResourceQuota. */
export type HardList = Infer<List>;
/** Limits by cluster. */
export type HardByCluster = Infer<typeof hardByCluster>;
