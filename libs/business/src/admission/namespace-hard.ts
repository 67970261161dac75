import type { HardList, Project } from '@tke/api-business';
import type { DeepReadonly } from '@tke/meta';
import { parseQuantity } from '@tke/quantity';
import type { FieldProblem, ValidationResult } from '@tke/webhook';

import type { Claim } from '../namespace/claims.ts';
import { isSameHard, lowered } from '../namespace/in-force.ts';
import { shortages } from '../quota/grant.ts';
import { shortageText, type Shortage } from '../quota/shortage.ts';

type Parent = DeepReadonly<Project> | undefined;

/** Whether the project would grant it now. Who asks for no more than he has is not asked how much is left. */
export function examineHard(claim: Claim, parent: Parent): ValidationResult {
  const { cachedSpecHard } = claim.status ?? {};
  const wanted = claim.spec.hard ?? {};
  if (parent === undefined || (cachedSpecHard && isSameHard(lowered(cachedSpecHard, wanted), wanted))) {
    return { problems: [], warnings: [] };
  }
  // That the tenants differ is told by the field it is about.
  const found = shortages(active(parent), claim).filter(({ kind }) => kind !== 'OtherTenant');
  return { problems: found.map((shortage) => problemOf(shortage, claim, parent)), warnings: [] };
}

/** One that is new is taken at its word: git applies both at once, and the ledger decides. */
function active(parent: DeepReadonly<Project>): DeepReadonly<Project> {
  return parent.status?.cachedParent === undefined
    ? { ...parent, status: { ...parent.status, cachedParent: '' } }
    : parent;
}

function problemOf(shortage: Shortage, { spec }: Claim, parent: DeepReadonly<Project>): FieldProblem {
  const text = shortageText(parent.metadata.name ?? '', [shortage]);
  switch (shortage.kind) {
    case 'ClusterMissing':
      return {
        field: 'spec.clusterName',
        value: spec.clusterName,
        rule: `must be a cluster of the project: ${text}`,
        remedy: 'Name another cluster, or add this one to spec.clusters of the project.',
        type: 'Forbidden',
      };
    case 'Unlimited':
      return {
        field: `spec.hard[${shortage.resource}]`,
        value: undefined,
        rule: `must be given: ${text}`,
        remedy: 'Name an amount for everything that the project limits.',
        type: 'Required',
      };
    case 'Short':
      return {
        field: `spec.hard[${shortage.resource}]`,
        value: spec.hard?.[shortage.resource],
        rule: `must not be more than the project has left: ${text}`,
        remedy: 'Ask for less, raise the limits of the project, or give some back elsewhere in it.',
        type: 'Forbidden',
      };
    default:
      return {
        field: 'spec.hard',
        value: undefined,
        rule: `must be something the project can grant: ${text}`,
        remedy: 'See the conditions of the project.',
        type: 'Forbidden',
      };
  }
}

/** A limit may be lowered to what is used, and no further: as far as that is known. */
export function unusedProblems(claim: Claim, before: Claim | undefined): readonly FieldProblem[] {
  const used = before?.status?.used ?? {};
  const [wanted, held] = [claim.spec.hard ?? {}, before?.spec.hard ?? {}];
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
  return limit !== undefined && (parseQuantity(String(limit)) ?? 0n) < (parseQuantity(String(amount)) ?? 0n);
}
