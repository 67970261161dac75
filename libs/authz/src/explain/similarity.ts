/**
 * How alike two texts are, from 0 to 1: the Sørensen–Dice coefficient of their pairs of letters. It only sorts what is
 * shown to people; no decision looks at it.
 */
export function similarity(a: string, b: string): number {
  const left = pairsOf(a);
  const right = pairsOf(b);
  const total = left.length + right.length;
  if (total === 0) {
    return a === b ? 1 : 0;
  }
  const open = new Map<string, number>();
  for (const pair of left) {
    open.set(pair, (open.get(pair) ?? 0) + 1);
  }
  let shared = 0;
  for (const pair of right) {
    const count = open.get(pair) ?? 0;
    if (count > 0) {
      open.set(pair, count - 1);
      shared += 1;
    }
  }
  return (2 * shared) / total;
}

function pairsOf(text: string): readonly string[] {
  const folded = text.toLowerCase();
  return Array.from({ length: Math.max(0, folded.length - 1) }, (_, at) => folded.slice(at, at + 2));
}
