import type { Project } from '@tke/api-business';
import type { DeepReadonly } from '@tke/meta';
import type { CacheReader } from '@tke/runtime';
import type { FieldProblem, ValidationResult } from '@tke/webhook';

import { emigrationFrom } from '../emigration/names.ts';
import type { Claimant } from '../namespace/claimants.ts';
import { rivalsOf } from '../namespace/context.ts';
import { reservationOf } from '../namespace/reserved-namespace.ts';
import { clusterKind } from '../objects/kinds.ts';

type Problem = Pick<FieldProblem, 'rule' | 'remedy' | 'type'>;

const fine: ValidationResult = { problems: [], warnings: [] };
const warned = (warning: string): ValidationResult => ({ problems: [], warnings: [warning] });
const refused = (field: string, value: unknown, problem: Problem): ValidationResult => ({
  problems: [{ field, value, ...problem }],
  warnings: [],
});

/** A missing one is a warning, because git applies in any order. */
export function examineProject(
  { metadata, spec }: Claimant,
  parent: DeepReadonly<Project> | undefined,
): ValidationResult {
  const { namespace: name = '' } = metadata;
  if (parent === undefined) {
    return warned(`metadata.namespace: there is no Project ${name}; until there is, nothing is done`);
  }
  if ((parent.spec.tenantID ?? '') !== (spec.tenantID ?? '')) {
    return refused('metadata.namespace', name, {
      rule: `must name a Project of tenant "${spec.tenantID ?? ''}", the tenant of this object`,
      remedy: 'Correct the namespace, or the tenantID.',
      type: 'Forbidden',
    });
  }
  return parent.metadata.deletionTimestamp === undefined
    ? fine
    : refused('metadata.namespace', name, {
        rule: 'must name a Project that is not being deleted',
        remedy: 'Choose another project, or wait for the end of this one and create it anew.',
        type: 'Forbidden',
      });
}

export function examineName({ spec: { namespace } }: Claimant): ValidationResult {
  const rule = reservationOf(namespace);
  return rule === undefined
    ? fine
    : refused('spec.namespace', namespace, { rule, remedy: 'Choose another name.', type: 'Forbidden' });
}

/** Does not say whose a foreign cluster is: that is nobody else's business. */
export function examineCluster({ spec }: Claimant, cache: CacheReader): ValidationResult {
  const { clusterName, tenantID = '' } = spec;
  const found = cache.get(clusterKind, { name: clusterName });
  if (found === undefined) {
    return warned(`spec.clusterName: Cluster ${clusterName} does not exist; until it does, nothing is done`);
  }
  return (found.spec.tenantID ?? '') === tenantID
    ? fine
    : refused('spec.clusterName', clusterName, {
        rule: `must name a Cluster of tenant "${tenantID}", the tenant of this object`,
        remedy: 'Correct the name, or the tenantID.',
        type: 'Forbidden',
      });
}

/** Two projects cannot have the same namespace, except while it moves from one to the other. */
export function examineRivals(claimant: Claimant, cache: CacheReader): ValidationResult {
  const { clusterName, namespace, tenantID = '' } = claimant.spec;
  const from = claimant.metadata.annotations?.[emigrationFrom];
  const rivals = rivalsOf({ cache }, claimant).filter(({ metadata }) => metadata.namespace !== from);
  const staying = rivals.find(({ metadata }) => metadata.deletionTimestamp === undefined);
  if (staying === undefined) {
    const leaving = rivals.map(({ metadata }) => metadata.namespace ?? '');
    return {
      problems: [],
      warnings: leaving.map(
        (name) => `spec.namespace: Project ${name} is still giving it up; until it has, this one waits`,
      ),
    };
  }
  const isKnown = (staying.spec.tenantID ?? '') === tenantID;
  const whose = isKnown ? `of Project ${staying.metadata.namespace ?? ''}` : 'of somebody else';
  return refused('spec.namespace', namespace, {
    rule: `must not be the namespace ${whose} in Cluster ${clusterName}`,
    remedy: 'Choose another name, or move the namespace by an NsEmigration.',
    type: 'Duplicate',
  });
}
