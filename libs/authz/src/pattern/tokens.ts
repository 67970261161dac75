import { fold, type Folded } from './pattern.ts';

/** `star`: any run of characters, `/` included. `segment`: one or more characters, none of them `/`. */
export type Token =
  { readonly kind: 'literal'; readonly text: Folded } | { readonly kind: 'star' } | { readonly kind: 'segment' };

/** Splits pattern text. Total: what is no wildcard is literal. Neighbouring stars are one. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let literalStart = 0;
  const push = (end: number, wildcard?: Token) => {
    if (end > literalStart) {
      tokens.push({ kind: 'literal', text: fold(text.slice(literalStart, end)) });
    }
    if (wildcard !== undefined && !(wildcard.kind === 'star' && tokens.at(-1)?.kind === 'star')) {
      tokens.push(wildcard);
    }
  };
  for (let at = 0; at < text.length;) {
    const end = wildcardEnd(text, at);
    if (end > at) {
      push(at, { kind: text[at] === '*' ? 'star' : 'segment' });
      literalStart = end;
      at = end;
    } else {
      at += 1;
    }
  }
  push(text.length);
  return tokens;
}

/** Where the wildcard that starts at `at` ends; `at` when none does. The name of a segment runs up to the next `/`. */
function wildcardEnd(text: string, at: number): number {
  if (text[at] === '*') {
    return at + 1;
  }
  if (text[at] !== ':' || text[at - 1] !== '/') {
    return at;
  }
  const slash = text.indexOf('/', at);
  const end = slash < 0 ? text.length : slash;
  return end === at + 1 ? at : end;
}
