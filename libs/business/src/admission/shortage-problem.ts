import { formatExactly } from '@tke/quantity';
import type { FieldProblem } from '@tke/webhook';

import type { LimitShortage } from '../quota/shortage.ts';

/** An object that asks a project for a part of its limits. */
export interface Asking {
  /** Name of the project. */
  readonly project: string;
  /** Where the object says so of a resource, or without one, that it wants to use the cluster. */
  readonly fieldOf: (cluster: string, resource?: string) => string;
  /** What is written there. */
  readonly valueOf: (cluster: string, resource?: string) => unknown;
}

/** What the project cannot give, by the ledger as it is now. */
export function shortageProblem(shortage: LimitShortage, { project, fieldOf, valueOf }: Asking): FieldProblem {
  const { cluster } = shortage;
  if (shortage.kind === 'ClusterMissing') {
    return {
      field: fieldOf(cluster),
      value: valueOf(cluster),
      rule: `must be a cluster that Project ${project} has a part of`,
      remedy: `Name another cluster, or add this one to spec.clusters of Project ${project} first.`,
      type: 'Forbidden',
    };
  }
  const { resource, limit } = shortage;
  const field = fieldOf(cluster, resource);
  const most = formatExactly(resource, limit);
  if (shortage.kind === 'Unlimited') {
    const rule = `must be limited, as Project ${project} has a limit of ${most}`;
    return { field, value: undefined, rule, remedy: 'Give it a limit.', type: 'Required' };
  }
  // Others may hold more than there is.
  const free = formatExactly(resource, shortage.free > 0n ? shortage.free : 0n);
  return {
    field,
    value: valueOf(cluster, resource),
    rule: `must be at most ${free}, which is free of ${most} in Project ${project}`,
    remedy: `Ask for less, raise the limits of Project ${project}, or give some back elsewhere in it.`,
    type: 'Forbidden',
  };
}
