import type { Project } from '@tke/api-business';
import type { DeepReadonly } from '@tke/meta';
import { limitsOf, type Amounts } from '@tke/quantity';

import type { Claim } from './claim.ts';
import { uncharged } from './confirm.ts';
import { entriesOf, totalCharged } from './entries.ts';
import type { Limits } from './limits.ts';

/** What is wrong in a stored ledger, for people: it was changed by somebody else than its project's reconciler. */
export function driftOf(project: DeepReadonly<Pick<Project, 'status'>>, claims: readonly Claim[]): readonly string[] {
  const entries = entriesOf(project);
  return [
    ...(isSum(storedUse(project), totalCharged(entries))
      ? []
      : ['what is used was not the sum of what the children hold']),
    ...uncharged(entries, claims)
      .map(({ kind, name }) => `${kind} ${name} held more than was charged for it`)
      .sort(),
  ];
}

function storedUse({ status }: DeepReadonly<Pick<Project, 'status'>>): Limits {
  return new Map(Object.entries(status?.clusters ?? {}).map(([cluster, { used }]) => [cluster, limitsOf(used)]));
}

/** Where nothing is used, the status may say so or not. */
function isSum(stored: Limits, used: Limits): boolean {
  return isWithin(stored, used) && isWithin(used, stored);
}

function isWithin(a: Limits, b: Limits): boolean {
  const amountOf = (amounts: Amounts | undefined, kind: string) => amounts?.get(kind) ?? 0n;
  return [...a].every(([cluster, amounts]) =>
    [...amounts].every(([kind, amount]) => amount <= amountOf(b.get(cluster), kind)),
  );
}
