import { matches } from '../pattern/match.ts';
import type { Pattern } from '../pattern/pattern.ts';
import { isRepeat, many, one, prepare, star, stepsOfPair, takes } from './steps.ts';
import type { WorkBudget } from './work.ts';

/**
 * Whether every text that `inner` matches is matched by `outer`. Never yes when it is not so; no also where only several
 * ways through `outer` together would do.
 */
export function contains(outer: Pattern, inner: Pattern, work: WorkBudget): boolean {
  work.spend(stepsOfPair);
  switch (outer.kind) {
    case 'any':
      return true;
    case 'literal':
      return inner.kind === 'literal' && inner.prefix === outer.prefix;
    case 'prefix':
      return inner.prefix.startsWith(outer.prefix);
    default:
      return inner.prefix.startsWith(outer.prefix) && containsByCharacters(outer, inner, work);
  }
}

function containsByCharacters(outer: Pattern, inner: Pattern, work: WorkBudget): boolean {
  work.spend(inner.text.length);
  if (inner.kind === 'literal') {
    return matches(outer, inner.prefix);
  }
  const [around, within] = [prepare(outer), prepare(inner)];
  // What is literal in the one stands within something literal of the other.
  if (!around.literals.every((text) => within.literals.some((other) => other.includes(text)))) {
    return false;
  }
  work.spend(around.steps.length * within.steps.length);
  return runs(around.steps, within.steps);
}

/**
 * Runs `outer` over the text of `inner`, all its states at once, with the wildcards of `inner` as symbols of their own:
 * what a star stands for only a star takes, what a segment stands for a star or a segment. Time is the product of both
 * lengths; plain loops, because this is what a hostile pattern makes run.
 */
function runs(outer: Int32Array, inner: Int32Array): boolean {
  let states = new Uint8Array(outer.length + 1);
  let next = new Uint8Array(outer.length + 1);
  states[0] = 1;
  close(outer, states);
  for (const symbol of inner) {
    // The second half of a segment: the first stood for all of it.
    if (symbol !== many) {
      next.fill(0);
      advance(outer, symbol, states, next);
      close(outer, next);
      [states, next] = [next, states];
    }
  }
  return states[outer.length] === 1;
}

function advance(outer: Int32Array, symbol: number, states: Uint8Array, next: Uint8Array): void {
  for (let at = 0; at < outer.length; at += 1) {
    const step = outer[at] ?? star;
    if (states[at] === 1 && takesSymbol(step, symbol)) {
      next[isRepeat(step) ? at : at + 1] = 1;
    }
  }
}

function takesSymbol(step: number, symbol: number): boolean {
  switch (symbol) {
    case star:
      return step === star;
    case one:
      return step < 0;
    default:
      return takes(step, symbol);
  }
}

/** Adds the states reached without a symbol. */
function close(steps: Int32Array, states: Uint8Array): void {
  for (let at = 0; at < steps.length; at += 1) {
    if (states[at] === 1 && isRepeat(steps[at] ?? 0)) {
      states[at + 1] = 1;
    }
  }
}
