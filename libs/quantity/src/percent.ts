import type { Nanos } from './quantity.ts';

/** How much of a whole is used, in percent, rounded up: what is used up must not look as if there were room. Of nothing, any use is 100. */
export function percentOf(used: Nanos, whole: Nanos): bigint {
  if (whole <= 0n) {
    return used > 0n ? 100n : 0n;
  }
  return (used * 100n + whole - 1n) / whole;
}
