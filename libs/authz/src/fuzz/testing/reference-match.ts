/**
 * Whether a pattern matches, by its definition and nothing else: `*` is any text, a name behind `/:` is one segment that
 * is not empty, everything else is itself in any letter case. Takes time without end; for short texts.
 */
export function referenceMatches(pattern: string, input: string): boolean {
  const name = letters(input);
  const rest = (text: readonly string[], before: string | undefined, at: number): boolean => {
    const [first, ...after] = text;
    if (first === undefined) {
      return at === name.length;
    }
    const wildcard = first === ':' && before === '/' ? segmentLength(after) : 0;
    if (wildcard > 0) {
      return ends(name, at + 1, '/').some((end) => rest(after.slice(wildcard), after[wildcard - 1], end));
    }
    if (first === '*') {
      return ends(name, at, undefined).some((end) => rest(after, first, end));
    }
    const folded = letters(first);
    return folded.every((letter, offset) => name[at + offset] === letter) && rest(after, first, at + folded.length);
  };
  return rest(Array.from(pattern), undefined, 0);
}

function letters(text: string): string[] {
  return Array.from(text, (character) => character.toLowerCase()).flatMap((folded) => folded.split(''));
}

/** How many characters name the segment. */
function segmentLength(after: readonly string[]): number {
  const slash = after.indexOf('/');
  return slash < 0 ? after.length : slash;
}

/** Where a run may end that lasts until `from` at least, has begun before it, and does not contain `without`. */
function ends(name: readonly string[], from: number, without: string | undefined): number[] {
  const found = [];
  for (let end = from; end <= name.length; end += 1) {
    if (without !== undefined && name[end - 1] === without) {
      break;
    }
    found.push(end);
  }
  return found;
}
