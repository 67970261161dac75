import type { DeepReadonly } from '@tke/meta';

import type { NamespaceObject } from '../objects/kinds.ts';
import { isSameHard } from './in-force.ts';
import type { LimitRange } from './member-kinds.ts';

type Limit = NonNullable<NamespaceObject['spec']['limits']>[number];
type Amounts = Readonly<Record<string, string | number>>;

const bounds = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const;

/** The limits of a LimitRange. */
export function limitRangeItems(limits: readonly Limit[]): readonly object[] {
  return limits.map((limit) => ({
    type: limit.type,
    ...Object.fromEntries(
      bounds.flatMap((bound) => (limit[bound] === undefined ? [] : [[bound, texts(limit[bound])] as const])),
    ),
  }));
}

/**
 * Whether a LimitRange has these limits. The server writes amounts its own way, and fills in defaults that were left out
 * (kubernetes, pkg/apis/core/v1/defaults.go, SetDefaults_LimitRangeItem): those only are not compared.
 */
export function limitsInForce({ spec }: DeepReadonly<LimitRange>, wanted: readonly object[]): boolean {
  const found = (spec?.limits ?? []) as readonly Limit[];
  return (
    found.length === wanted.length && wanted.every((limit, index) => isLike(found[index], limit as unknown as Limit))
  );
}

function isLike(found: Limit | undefined, wanted: Limit): boolean {
  return (
    found?.type === wanted.type &&
    bounds.every((bound) => {
      const [now, next] = [found[bound] ?? {}, wanted[bound] ?? {}];
      return bound === 'default' || bound === 'defaultRequest' ? isWithin(next, now) : isSameHard(now, next);
    })
  );
}

function isWithin(part: Amounts, whole: Amounts): boolean {
  const shared = Object.fromEntries(Object.entries(whole).filter(([name]) => name in part));
  return isSameHard(part, shared);
}

function texts(amounts: Amounts): Record<string, string> {
  return Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [name, String(amount)]));
}
