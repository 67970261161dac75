import { resourceVerbs } from '../decide/verbs.ts';

/** `deletecollection` before `delete`, which it begins with. */
const longestFirst = resourceVerbs.toSorted((a, b) => b.length - a.length);

/**
 * The verb that an action, or the pattern of one, begins with: `bind` of `bindPolicy`, nothing of `*Pod*`. Where capitals
 * do not show its end, the verbs of resources are tried.
 */
export function verbOf(action: string): string {
  const [word = ''] = /^[a-z]*/.exec(action) ?? [];
  const endShows = word !== '' && /^[A-Z*]/.test(action.slice(word.length));
  return endShows ? word : (longestFirst.find((verb) => action.toLowerCase().startsWith(verb)) ?? word);
}
