import { matches } from '../pattern/match.ts';
import type { Pattern } from '../pattern/pattern.ts';
import { isRepeat, stepsOf, takes, type Steps } from '../pattern/steps.ts';
import { stepsOfPair, type WorkBudget } from './work.ts';

/** Whether some text is matched by both patterns. */
export function overlaps(a: Pattern, b: Pattern, work: WorkBudget): boolean {
  work.spend(stepsOfPair);
  if (!a.prefix.startsWith(b.prefix) && !b.prefix.startsWith(a.prefix)) {
    return false;
  }
  if (a.kind === 'any' || b.kind === 'any' || (a.kind === 'prefix' && b.kind === 'prefix')) {
    return true;
  }
  if (a.kind === 'literal' || b.kind === 'literal') {
    work.spend(Math.min(a.text.length, b.text.length));
    return a.kind === 'literal' ? matches(b, a.prefix) : matches(a, b.prefix);
  }
  const [ofA, ofB] = [stepsOf(a), stepsOf(b)];
  work.spend(ofA.length * ofB.length);
  return meet(ofA, ofB);
}

/**
 * Runs both automata over the same text: a state is a pair of theirs, and every pair leads to later pairs only. Time is the
 * product of both lengths.
 */
function meet(a: Steps, b: Steps): boolean {
  let row = new Uint8Array(b.length + 1);
  let below = new Uint8Array(b.length + 1);
  row[0] = 1;
  for (const step of a) {
    below.fill(0);
    acrossRow(step, b, row, below);
    [row, below] = [below, row];
  }
  closeRow(b, row);
  return row[b.length] === 1;
}

/** From the states before one step of `a` to those after it, and along the row where the step repeats. */
function acrossRow(step: number, b: Steps, row: Uint8Array, below: Uint8Array): void {
  const repeats = isRepeat(step);
  for (let j = 0; j <= b.length; j += 1) {
    if (row[j] !== 1) {
      continue;
    }
    if (repeats) {
      below[j] = 1;
    }
    const other = b[j];
    if (other === undefined) {
      continue;
    }
    const otherRepeats = isRepeat(other);
    if (otherRepeats) {
      row[j + 1] = 1;
    }
    if (shareCharacter(step, other)) {
      (repeats ? row : below)[otherRepeats ? j : j + 1] = 1;
    }
  }
}

/** Behind the last step of `a` only what repeats in `b` goes on. */
function closeRow(b: Steps, row: Uint8Array): void {
  for (let j = 0; j < b.length; j += 1) {
    if (row[j] === 1 && isRepeat(b[j])) {
      row[j + 1] = 1;
    }
  }
}

function shareCharacter(a: number, b: number): boolean {
  // Two wildcards share at least the characters that are no slash.
  return a < 0 ? b < 0 || takes(a, b) : takes(b, a);
}
