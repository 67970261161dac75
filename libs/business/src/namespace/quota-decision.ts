import type { HardList } from '@tke/api-business';
import type { DeepReadonly } from '@tke/meta';
import type { Outcome } from '@tke/runtime';

import type { ProjectObject } from '../objects/kinds.ts';
import { grantOf, quotaProblem } from '../quota/grant.ts';
import type { Claimant } from './claimants.ts';
import { isSameHard, lowered } from './in-force.ts';

type Parent = ProjectObject | undefined;

export type QuotaDecision =
  /** All that is wanted may be in force. */
  | { readonly kind: 'whole'; readonly hard: DeepReadonly<HardList> }
  /** A part of it: what is not more than is in force already. */
  | { readonly kind: 'part'; readonly hard: DeepReadonly<HardList>; readonly because: Outcome }
  | { readonly kind: 'nothing'; readonly because: Outcome };

/** What a Namespace may put in force by the ledger of its project. Lowering needs no leave. */
export function decideQuota(claimant: Claimant, parent: Parent): QuotaDecision {
  const wanted = claimant.spec.hard ?? {};
  if (parent !== undefined && grantOf(parent, claimant) !== undefined) {
    return { kind: 'whole', hard: wanted };
  }
  const held = claimant.status?.cachedSpecHard ?? undefined;
  const hard = held && lowered(held, wanted);
  if (hard === undefined) {
    return { kind: 'nothing', because: reason(claimant, parent) };
  }
  return isSameHard(hard, wanted)
    ? { kind: 'whole', hard: wanted }
    : { kind: 'part', hard, because: reason(claimant, parent) };
}

/** What the ledger of its project has for the Namespace, in whatever state that was. */
export function chargeFor(claimant: Claimant, parent: Parent): DeepReadonly<HardList> | undefined {
  const charge = parent?.status?.charges?.find(({ uid }) => uid === claimant.metadata.uid);
  return charge && (charge.clusters[claimant.spec.clusterName]?.hard ?? {});
}

export const waitingForQuota = 'WaitingForQuota';

function reason(claimant: Claimant, parent: Parent): Outcome {
  const error = quotaProblem(parent, claimant);
  return error === undefined
    ? {
        kind: 'progressing',
        reason: waitingForQuota,
        message: `Project ${claimant.metadata.namespace ?? ''} has not granted spec.hard yet.`,
      }
    : { kind: 'stalled', error };
}
