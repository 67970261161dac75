import type { HardList } from '@tke/api-business';
import type { DeepReadonly } from '@tke/meta';
import type { FieldProblem, ValidationResult } from '@tke/webhook';

import type { Claimant } from '../namespace/claimants.ts';
import { compareAmounts, isSameHard, lowered } from '../namespace/in-force.ts';
import type { ProjectObject } from '../objects/kinds.ts';
import { shortages } from '../quota/grant.ts';
import { shortageText, type Shortage } from '../quota/shortage.ts';
import { shortageProblem } from './shortage-problem.ts';

type Parent = ProjectObject | undefined;

/** Whether the project would grant it now. Who asks for no more than he has is not asked how much is left. */
export function examineHard(claimant: Claimant, parent: Parent): ValidationResult {
  const { cachedSpecHard } = claimant.status ?? {};
  const wanted = claimant.spec.hard ?? {};
  if (parent === undefined || (cachedSpecHard && isSameHard(lowered(cachedSpecHard, wanted), wanted))) {
    return { problems: [], warnings: [] };
  }
  // That the tenants differ is told by the field it is about.
  const found = shortages(active(parent), claimant).filter(({ kind }) => kind !== 'OtherTenant');
  return { problems: found.map((shortage) => problemOf(shortage, claimant, parent)), warnings: [] };
}

/** One that is new is taken at its word: git applies both at once, and the ledger decides. */
function active(parent: ProjectObject): ProjectObject {
  return parent.status?.cachedParent === undefined
    ? { ...parent, status: { ...parent.status, cachedParent: '' } }
    : parent;
}

function problemOf(shortage: Shortage, { spec }: Claimant, parent: ProjectObject): FieldProblem {
  const project = parent.metadata.name ?? '';
  if ('cluster' in shortage) {
    return shortageProblem(shortage, {
      project,
      fieldOf: (_, resource) => (resource === undefined ? 'spec.clusterName' : `spec.hard[${resource}]`),
      valueOf: (cluster, resource) => (resource === undefined ? cluster : spec.hard?.[resource]),
    });
  }
  return {
    field: 'spec.hard',
    value: undefined,
    rule: `must be something the project can grant: ${shortageText(project, [shortage])}`,
    remedy: 'See the conditions of the project.',
    type: 'Forbidden',
  };
}

/** A limit may be lowered to what is used, and no further: as far as that is known. */
export function unusedProblems(claimant: Claimant, before: Claimant | undefined): readonly FieldProblem[] {
  const used = before?.status?.used ?? {};
  const [wanted, held] = [claimant.spec.hard ?? {}, before?.spec.hard ?? {}];
  return Object.entries(used)
    .filter(([name, amount]) => isLess(wanted, name, amount) && !isLess(held, name, amount))
    .map(([name, amount]) => ({
      field: `spec.hard[${name}]`,
      value: wanted[name],
      rule: `must not be less than the ${amount} in use`,
      remedy: 'Free some of it in the namespace first.',
      type: 'Forbidden',
    }));
}

function isLess(hard: DeepReadonly<HardList>, name: string, amount: string | number): boolean {
  const limit = hard[name];
  return limit !== undefined && compareAmounts(limit, amount) < 0;
}
