import { mayContain, type Input } from './letters.ts';
import type { Chunk, Folded, Pattern } from './pattern.ts';

/**
 * Whether the whole input matches. Time is linear in the input: every chunk between two stars takes its leftmost
 * place and is never moved again, which is enough because an earlier start of a chunk never ends later.
 */
export function matches(pattern: Pattern, input: Folded): boolean {
  switch (pattern.kind) {
    case 'any':
      return true;
    case 'literal':
      return input === pattern.prefix;
    case 'prefix':
      return input.startsWith(pattern.prefix);
    case 'segments':
      return endOf(pattern.whole, input, 0) === input.length;
    case 'general':
      return matchesGeneral(pattern, input);
  }
}

/** The same, with a first look that most patterns of a long list do not pass. */
export function matchesInput(pattern: Pattern, { text, letters }: Input): boolean {
  return mayContain(letters, pattern.letters) && matches(pattern, text);
}

function matchesGeneral(pattern: Pattern & { kind: 'general' }, input: Folded): boolean {
  const limit = startOfTail(pattern.tail, input);
  let at = endOf(pattern.head, input, 0);
  for (const chunk of pattern.middle) {
    if (at < 0 || at > limit) {
      return false;
    }
    at = findChunk(chunk, input, at);
  }
  return at >= 0 && at <= limit;
}

/** Where the chunk ends when it starts at `start`; -1 when it does not match there. */
function endOf(chunk: Chunk, input: Folded, start: number): number {
  if (!input.startsWith(chunk.first, start)) {
    return -1;
  }
  let at = start + chunk.first.length;
  for (const text of chunk.after) {
    const slash = input.indexOf('/', at);
    const end = slash < 0 ? input.length : slash;
    if (end === at || !input.startsWith(text, end)) {
      return -1;
    }
    at = end + text.length;
  }
  return at;
}

/** Where the chunk starts when it ends with the input; -1 when it does not match there. */
function startOfTail(chunk: Chunk, input: Folded): number {
  let at = input.length;
  for (const text of chunk.after.toReversed()) {
    const end = startOfText(text, input, at);
    at = input.lastIndexOf('/', end - 1) + 1;
    if (at >= end) {
      return -1;
    }
  }
  return startOfText(chunk.first, input, at);
}

/** Where the text starts when it ends at `end`; -1 when it does not. */
function startOfText(text: Folded, input: Folded, end: number): number {
  const start = end - text.length;
  return start >= 0 && input.startsWith(text, start) ? start : -1;
}

/** Where the leftmost match of the chunk from `from` on ends; -1 when there is none. */
function findChunk(chunk: Chunk, input: Folded, from: number): number {
  for (let start = input.indexOf(chunk.first, from); start >= 0; start = input.indexOf(chunk.first, start + 1)) {
    const end = endOf(chunk, input, start);
    if (end >= 0) {
      return end;
    }
  }
  return -1;
}
