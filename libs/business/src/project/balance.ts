import type { ProjectObject } from '../objects/kinds.ts';
import type { Claim } from '../quota/claim.ts';
import { chargesOf, entriesOf } from '../quota/entries.ts';
import { limitOf, none, type Limits } from '../quota/limits.ts';
import { settle, type Settlement } from '../quota/settle.ts';
import { clusterNames, usedByCluster, utilisation } from './printed.ts';
import { nextInForce, type InForce } from './own-limits.ts';

export interface Surroundings {
  readonly parent: ProjectObject | undefined;
  readonly claims: readonly Claim[];
  /** Whether the project exists for good: otherwise it grants nothing. */
  readonly isUsable: boolean;
}

/** All that follows for a project from its spec, its parent and its children. */
export interface Balance {
  readonly inForce: InForce;
  readonly limit: Limits;
  readonly settlement: Settlement;
  readonly isOpen: boolean;
}

/** In one step, because it is written in one: what the project may act on, and what its children may. */
export function balance(project: ProjectObject, { parent, claims, isUsable }: Surroundings): Balance {
  const entries = entriesOf(project);
  const held = settle({ limit: none, open: false, entries }, claims).entries;
  const inForce = nextInForce(project, parent, held);
  const { cachedParent, cachedSpecClusters } = inForce;
  const limit = limitOf({
    spec: project.spec,
    status: { ...(cachedParent !== undefined && { cachedParent }), ...(cachedSpecClusters && { cachedSpecClusters }) },
  });
  // On its way to another parent it hands nothing on: the limits of one of the two would not hold for it.
  const isOpen = isUsable && cachedParent === (project.spec.parentProjectName ?? '');
  const settlement = settle({ limit, open: isOpen, entries }, claims);
  return { inForce, limit, settlement, isOpen: isOpen && settlement.overdrafts.length === 0 };
}

/** The part of the status that a balance is. */
export function statusOf({ inForce, limit, settlement, isOpen }: Balance) {
  const { cachedParent, cachedSpecClusters } = inForce;
  const charged = (kind: Claim['kind']) =>
    settlement.entries.filter((entry) => entry.kind === kind).map(({ name }) => name);
  return {
    locked: !isOpen,
    clusters: usedByCluster(limit, settlement.used),
    calculatedChildProjects: charged('Project'),
    calculatedNamespaces: charged('Namespace'),
    ...(cachedParent !== undefined && { cachedParent }),
    ...(cachedSpecClusters && { cachedSpecClusters }),
    charges: chargesOf(settlement.entries),
    clusterNames: clusterNames(limit),
    utilisation: utilisation(limit, settlement.used),
  };
}
