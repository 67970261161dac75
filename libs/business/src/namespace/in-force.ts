import type { HardList } from '@tke/api-business';
import { parseQuantity } from '@tke/quantity';
import type { DeepReadonly } from '@tke/meta';

type Hard = DeepReadonly<HardList>;
type Amount = string | number;

/** Whether two lists limit the same resources to the same amounts, however they are written. */
export function isSameHard(a: Hard, b: Hard): boolean {
  const amounts = Object.entries(a);
  const isSame = ([name, amount]: readonly [string, Amount]) => {
    const other = b[name];
    return other !== undefined && compareAmounts(amount, other) === 0;
  };
  return amounts.length === Object.keys(b).length && amounts.every(isSame);
}

/**
 * As much of `wanted` as needs nobody's leave while `held` is in force: every limit that is the same or lower, and limits on what had none.
 * What would be raised, or let go, stays.
 */
export function lowered(held: Hard, wanted: Hard): HardList {
  const kept = Object.entries(held).map(([name, amount]) => {
    const next = wanted[name];
    return [name, next !== undefined && compareAmounts(next, amount) <= 0 ? next : amount] as const;
  });
  return { ...wanted, ...Object.fromEntries(kept) };
}

/** The larger of each: what is in force at most, when it is not known which of the two is. */
export function atMost(a: Hard | undefined, b: Hard | undefined): HardList | undefined {
  if (a === undefined || b === undefined) {
    return a ?? b;
  }
  const larger = Object.entries(a).map(([name, amount]) => {
    const other = b[name];
    return [name, other !== undefined && compareAmounts(other, amount) > 0 ? other : amount] as const;
  });
  return { ...b, ...Object.fromEntries(larger) };
}

/** Negative when `a` is less than `b`, 0 when they are the same, however they are written. */
export function compareAmounts(a: Amount, b: Amount): number {
  const [x, y] = [parseQuantity(String(a)) ?? 0n, parseQuantity(String(b)) ?? 0n];
  return x === y ? 0 : x < y ? -1 : 1;
}
