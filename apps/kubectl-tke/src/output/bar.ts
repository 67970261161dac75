const width = 10n;

/** How much of a whole is used: `[####......] 40%`. Of nothing, something is all too much. */
export function bar(used: bigint, whole: bigint): string {
  if (whole <= 0n) {
    return used > 0n ? `[${'#'.repeat(Number(width))}] over` : `[${'.'.repeat(Number(width))}] 0%`;
  }
  const filled = Number(smaller((used * width) / whole, width));
  return `[${'#'.repeat(filled)}${'.'.repeat(Number(width) - filled)}] ${(used * 100n) / whole}%`;
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
