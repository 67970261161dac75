import { lettersOf } from './letters.ts';
import { fold, type Chunk, type Folded, type Pattern } from './pattern.ts';
import { tokenize, type Token } from './tokens.ts';

/**
 * Compiles pattern text. Never throws: text that `checkPattern` refuses compiles too, with everything but `*` and
 * `/:name` literal.
 */
export function compilePattern(text: string): Pattern {
  const tokens = tokenize(text);
  const first = tokens[0];
  const prefix = first?.kind === 'literal' ? first.text : fold('');
  const letters = tokens.reduce((all, token) => (token.kind === 'literal' ? all | lettersOf(token.text) : all), 0);
  const common = { text, prefix, letters, steps: undefined };
  if (tokens.every((token) => token.kind === 'literal')) {
    return { kind: 'literal', ...common };
  }
  const [head, ...rest] = chunksOf(tokens);
  const tail = rest.pop();
  if (tail === undefined) {
    return { kind: 'segments', ...common, whole: head };
  }
  if (rest.length === 0 && head.after.length === 0 && tail.first === '') {
    return { kind: head.first === '' ? 'any' : 'prefix', ...common };
  }
  return { kind: 'general', ...common, head, middle: rest, tail };
}

function chunksOf(tokens: readonly Token[]): [Chunk, ...Chunk[]] {
  const head = { first: fold(''), after: [] as Folded[] };
  const chunks: [Chunk, ...Chunk[]] = [head];
  let current = head;
  for (const token of tokens) {
    if (token.kind === 'star') {
      current = { first: fold(''), after: [] };
      chunks.push(current);
    } else if (token.kind === 'segment') {
      current.after.push(fold(''));
    } else if (current.after.length === 0) {
      current.first = token.text;
    } else {
      current.after[current.after.length - 1] = token.text;
    }
  }
  return chunks;
}
