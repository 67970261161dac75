import type { Folded, Pattern } from '../pattern/pattern.ts';
import { tokenize, type Token } from '../pattern/tokens.ts';

/** Any run of characters. */
export const star = -1;
/** One character that is no slash: a segment is one of them, then any number of them. */
export const one = -2;
export const many = -3;

/** What the comparison of two patterns costs besides their characters. */
export const stepsOfPair = 16;

/** A pattern as comparisons need it. */
export interface Prepared {
  readonly steps: Int32Array;
  readonly literals: readonly Folded[];
}

// Rows share their patterns, and the same rows are compared again and again.
const known = new WeakMap<Pattern, Prepared>();

export function prepare(pattern: Pattern): Prepared {
  let prepared = known.get(pattern);
  if (prepared === undefined) {
    const tokens = tokenize(pattern.text);
    const literals = tokens.flatMap((token) => (token.kind === 'literal' ? [token.text] : []));
    prepared = { steps: stepsOf(tokens), literals };
    known.set(pattern, prepared);
  }
  return prepared;
}

/** A pattern as an automaton: each step is the code of a character or one of the above. */
function stepsOf(tokens: readonly Token[]): Int32Array {
  const steps = tokens.flatMap((token): number[] => {
    switch (token.kind) {
      case 'literal':
        return Array.from({ length: token.text.length }, (_, at) => token.text.charCodeAt(at));
      case 'star':
        return [star];
      case 'segment':
        return [one, many];
    }
  });
  return Int32Array.from(steps);
}

export function isRepeat(step: number): boolean {
  return step === star || step === many;
}

const slash = '/'.charCodeAt(0);

/** Whether a step takes this character. */
export function takes(step: number, character: number): boolean {
  return step === star || (step < 0 ? character !== slash : step === character);
}
