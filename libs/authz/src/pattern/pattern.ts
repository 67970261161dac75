import type { Letters } from './letters.ts';
import type { Steps } from './steps.ts';

declare const folded: unique symbol;

/** Text in the letter case that comparison uses. Only `fold` makes it, so that no input is compared unfolded. */
export type Folded = string & { readonly [folded]: true };

/**
 * The text between two stars: `first`, then one non-empty segment (no `/`; `/:name` in a pattern) before each further
 * text. A segment always follows a `/` and is followed by a `/` or by the end of the pattern.
 */
export interface Chunk {
  readonly first: Folded;
  readonly after: readonly Folded[];
}

interface PatternText {
  /** As it was written. */
  readonly text: string;
  /** What every match starts with: the text before the first wildcard. */
  readonly prefix: Folded;
  /** What every match contains: the characters of all its text. */
  readonly letters: Letters;
  /** What `stepsOf` made of it. */
  steps: Steps | undefined;
}

/** A compiled pattern, classified by what it costs to match. */
export type Pattern = PatternText &
  (
    | { readonly kind: 'any' }
    | { readonly kind: 'literal' }
    | { readonly kind: 'prefix' }
    /** Without a star: segments only, the whole input is one chunk. */
    | { readonly kind: 'segments'; readonly whole: Chunk }
    | { readonly kind: 'general'; readonly head: Chunk; readonly middle: readonly Chunk[]; readonly tail: Chunk }
  );

/**
 * Lower case, character by character: lower-casing a whole text depends on context for some letters (Greek sigma at
 * the end of a word), and then a pattern and the name it spells would differ.
 */
export function fold(text: string): Folded {
  const lower = /[^ -~]/.test(text)
    ? Array.from(text, (character) => character.toLowerCase()).join('')
    : text.toLowerCase();
  return lower as Folded;
}

/** All text of a pattern between its wildcards. */
export function literalsOf(pattern: Pattern): readonly Folded[] {
  switch (pattern.kind) {
    case 'any':
      return [];
    case 'literal':
    case 'prefix':
      return [pattern.prefix];
    case 'segments':
      return textsOf(pattern.whole);
    case 'general':
      return [pattern.head, ...pattern.middle, pattern.tail].flatMap(textsOf);
  }
}

function textsOf({ first, after }: Chunk): readonly Folded[] {
  return [first, ...after].filter((text) => text !== '');
}
