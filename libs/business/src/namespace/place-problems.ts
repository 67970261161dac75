import type { Cluster } from '@tke/api-platform';
import type { CodedError } from '@tke/errors';
import type { DeepReadonly } from '@tke/meta';
import { findCondition, type CacheReader } from '@tke/runtime';

import { isSameTenant } from '../objects/is-same-tenant.ts';
import { clusterKind, type ProjectObject } from '../objects/kinds.ts';
import type { Claimant } from './claimants.ts';
import { namespaceErrors } from './errors.ts';
import { reservationOf } from './reserved-namespace.ts';

/** Something that a Namespace names and cannot have: admission says so, and the status where no webhook was asked. */
export interface PlaceProblem {
  /** `waiting`: what it names may come to be fit. `refused`: only another Namespace helps. */
  readonly kind: 'waiting' | 'refused';
  readonly field: 'metadata.namespace' | 'spec.namespace' | 'spec.clusterName';
  readonly value: string;
  /** What must hold. */
  readonly rule: string;
  /** The same for the status. */
  readonly error: CodedError;
}

/** All that is wrong with what a Namespace names. That there is no such project is told by the ledger: see `quotaProblem`. */
export function placeProblems(
  claimant: Claimant,
  parent: ProjectObject | undefined,
  cache: Pick<CacheReader, 'get'>,
): readonly PlaceProblem[] {
  return [...nameProblems(claimant), ...projectProblems(claimant, parent), ...clusterProblems(claimant, cache)];
}

function nameProblems({ spec: { namespace } }: Claimant): readonly PlaceProblem[] {
  const rule = reservationOf(namespace);
  return rule === undefined ? [] : [refused('spec.namespace', namespace, 'SystemNamespace', rule)];
}

function projectProblems(claimant: Claimant, parent: ProjectObject | undefined): readonly PlaceProblem[] {
  const { namespace = '' } = claimant.metadata;
  return parent === undefined || isSameTenant(parent, claimant)
    ? []
    : [refused('metadata.namespace', namespace, 'ProjectOfAnotherTenant', ofTenant('Project', claimant))];
}

/** Does not say whose a foreign cluster is: that is nobody else's business. */
function clusterProblems(claimant: Claimant, cache: Pick<CacheReader, 'get'>): readonly PlaceProblem[] {
  const { clusterName } = claimant.spec;
  const found = cache.get(clusterKind, { name: clusterName });
  if (found === undefined) {
    return [waiting(clusterName, 'ClusterNotFound', 'must name a Cluster that exists')];
  }
  if (!isSameTenant(found, claimant)) {
    return [refused('spec.clusterName', clusterName, 'ClusterOfAnotherTenant', ofTenant('Cluster', claimant))];
  }
  const rule = 'must name a Cluster that was imported, and this one belongs to another Cluster object or hub';
  return isTaken(found) ? [waiting(clusterName, 'ClusterNotImported', rule)] : [];
}

const taken: ReadonlySet<string> = new Set(['AlreadyImported', 'OfAnotherHub']);

/** The platform reaches it, by whatever credential it was given, and yet it is somebody else's. */
export function isTaken({ status }: DeepReadonly<Cluster>): boolean {
  const stalled = findCondition(status?.conditions, 'Stalled');
  return stalled?.status === 'True' && taken.has(stalled.reason);
}

function ofTenant(kind: string, { spec }: Claimant): string {
  return `must name a ${kind} of tenant "${spec.tenantID ?? ''}", the tenant of this object`;
}

type Code = keyof typeof namespaceErrors;

function waiting(clusterName: string, code: Code, rule: string): PlaceProblem {
  return { ...refused('spec.clusterName', clusterName, code, rule), kind: 'waiting' };
}

function refused(field: PlaceProblem['field'], value: string, code: Code, rule: string): PlaceProblem {
  return { kind: 'refused', field, value, rule, error: namespaceErrors[code](`${field} ${value}: ${rule}`) };
}
