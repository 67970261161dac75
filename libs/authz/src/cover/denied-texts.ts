import { compilePattern } from '../pattern/compile.ts';
import type { Pattern } from '../pattern/pattern.ts';
import { overlaps } from './overlaps.ts';
import type { WorkBudget } from './work.ts';

// A deny reaches further than its text (see `AccessRequest.deniedAs` and `members`). These are the further texts that a
// deny of somebody who holds the pattern may have; more than need be, because whoever is denied must not hand out.

// The action of a watch, and of a list by name, is singular; a deny of the plural counts for them. Every plural begins as
// its singular does for the first two letters.
const pluralVerbs = ['list', 'watch'];
const sharedLetters = 2;

/** The action, and the plurals under which it may be denied. */
export function deniedActions(action: Pattern, work: WorkBudget): readonly Pattern[] {
  const plurals = pluralVerbs
    .filter((verb) => overlaps(compilePattern(`${verb}*`), action, work))
    .map((verb) =>
      compilePattern(`${action.prefix.startsWith(verb) ? action.prefix.slice(0, verb.length + sharedLetters) : verb}*`),
    );
  return [action, ...plurals];
}

/** The object, and what it is within namespaces: who may list all secrets sees the denied one of some namespace. */
export function deniedObjects(object: Pattern): readonly Pattern[] {
  const last = object.text.lastIndexOf('/') + 1;
  const within = `${object.text.slice(0, last)}*/${object.text.slice(last)}`;
  return [object, compilePattern(within)];
}
