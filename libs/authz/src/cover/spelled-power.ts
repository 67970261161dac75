import { reservedActions, reservedVerbs, reservedWord } from '../decide/verbs.ts';
import { fold, type Folded, type Pattern } from '../pattern/pattern.ts';

const lendingActions: readonly Folded[] = [...reservedActions].map(fold);

/**
 * What a pattern must spell out before its first wildcard to give all that this one gives: empty for ordinary actions.
 * Where no known verb is spelled out, all of it: `impersonate:user-info*` (KEP-5284) is more than `impersonate*`. No verb
 * of Kubernetes continues another one with a letter, but for `deletecollection`, which is ordinary.
 */
export function spelledPower({ prefix }: Pattern): string {
  const action = lendingActions.find((each) => prefix.startsWith(each));
  if (action !== undefined) {
    return action;
  }
  for (let end = prefix.length; end > 0; end -= 1) {
    const verb = prefix.slice(0, end);
    const ordinary = reservedWord({ verb, action: '' }) === undefined;
    if (ordinary || reservedVerbs.has(verb)) {
      const endsHere = /^[a-z0-9]?$/.test(prefix.slice(end, end + 1));
      return endsHere ? (ordinary ? '' : verb) : prefix;
    }
  }
  return prefix;
}
