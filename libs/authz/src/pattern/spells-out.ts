import { fold, type Pattern } from './pattern.ts';

/** Whether the pattern spells the word out: its text before the first wildcard begins with it. */
export function spellsOut(pattern: Pattern, word: string): boolean {
  return pattern.prefix.startsWith(fold(word));
}
