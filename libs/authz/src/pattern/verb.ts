import { fold, type Pattern } from './pattern.ts';

/** Whether the pattern spells the verb out: its text before the first wildcard begins with it. */
export function namesVerb(pattern: Pattern, verb: string): boolean {
  return pattern.prefix.startsWith(fold(verb));
}
