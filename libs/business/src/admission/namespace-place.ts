import type { CacheReader } from '@tke/runtime';
import { fine, type FieldProblem, type ValidationResult } from '@tke/webhook';

import { emigrationFrom } from '../emigration/names.ts';
import type { Claimant } from '../namespace/claimants.ts';
import { rivalsOf } from '../namespace/context.ts';
import { placeProblems, type PlaceProblem } from '../namespace/place-problems.ts';
import { isSameTenant } from '../objects/is-same-tenant.ts';
import type { ProjectObject } from '../objects/kinds.ts';

/** Git applies in any order: what may come to be fit is a warning. */
export function examinePlace(
  claimant: Claimant,
  parent: ProjectObject | undefined,
  cache: CacheReader,
): ValidationResult {
  const found = placeProblems(claimant, parent, cache);
  return {
    problems: found.filter(({ kind }) => kind === 'refused').map(problemOf),
    warnings: found
      .filter(({ kind }) => kind === 'waiting')
      .map(({ error }) => `${error.message}; until it does, nothing is done`),
  };
}

function problemOf({ field, value, rule, error: { remedy } }: PlaceProblem): FieldProblem {
  return { field, value, rule, remedy, type: 'Forbidden' };
}

/** Nothing new comes into a project that ends. One that is not there may come. */
export function examineProject(claimant: Claimant, parent: ProjectObject | undefined): ValidationResult {
  const { namespace: name = '' } = claimant.metadata;
  if (parent === undefined) {
    const warning = `metadata.namespace: there is no Project ${name}; until there is, nothing is done`;
    return { problems: [], warnings: [warning] };
  }
  // Of another tenant's nothing else is told.
  return parent.metadata.deletionTimestamp === undefined || !isSameTenant(parent, claimant)
    ? fine
    : refused({
        field: 'metadata.namespace',
        value: name,
        rule: 'must name a Project that is not being deleted',
        remedy: 'Choose another project, or wait for the end of this one and create it anew.',
        type: 'Forbidden',
      });
}

/** Two projects cannot have the same namespace, except while it moves from one to the other. */
export function examineRivals(claimant: Claimant, cache: CacheReader): ValidationResult {
  const { clusterName, namespace } = claimant.spec;
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
  const isKnown = isSameTenant(staying, claimant);
  const whose = isKnown ? `of Project ${staying.metadata.namespace ?? ''}` : 'of somebody else';
  return refused({
    field: 'spec.namespace',
    value: namespace,
    rule: `must not be the namespace ${whose} in Cluster ${clusterName}`,
    remedy: 'Choose another name, or move the namespace by an NsEmigration.',
    type: 'Duplicate',
  });
}

function refused(problem: FieldProblem): ValidationResult {
  return { problems: [problem], warnings: [] };
}
