import type { Folded } from './pattern.ts';

/** The characters of a text, as a set of 32 bits that several characters share. */
export type Letters = number;

export function lettersOf(text: Folded): Letters {
  let letters = 0;
  for (let at = 0; at < text.length; at += 1) {
    letters |= 1 << (text.charCodeAt(at) & 31);
  }
  return letters;
}

/** Whether a text with these letters may contain one with those. */
export function mayContain(letters: Letters, those: Letters): boolean {
  return (those & ~letters) === 0;
}

/** A text that patterns are tried on, with what rules most of them out before any text is compared. */
export interface Input {
  readonly text: Folded;
  readonly letters: Letters;
}

export function inputOf(text: Folded): Input {
  return { text, letters: lettersOf(text) };
}
