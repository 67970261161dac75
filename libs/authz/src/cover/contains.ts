import { matches } from '../pattern/match.ts';
import { mayContain } from '../pattern/letters.ts';
import { literalsOf, type Pattern } from '../pattern/pattern.ts';
import { anyStep, isRepeat, manyStep, oneStep, stepsOf, takes, type Steps } from '../pattern/steps.ts';
import { stepsOfPair, type WorkBudget } from './work.ts';

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
  if (!standsWithin(outer, inner)) {
    return false;
  }
  const [around, within] = [stepsOf(outer), stepsOf(inner)];
  work.spend(around.length * within.length);
  return runs(around, within);
}

/** What most patterns fail: what is literal in `outer` stands within something literal of `inner`. */
function standsWithin(outer: Pattern, inner: Pattern): boolean {
  if (!mayContain(inner.letters, outer.letters)) {
    return false;
  }
  const literals = literalsOf(inner);
  return literalsOf(outer).every((text) => literals.some((other) => other.includes(text)));
}

/**
 * Runs `outer` over the text of `inner`, all its states at once, with the wildcards of `inner` as symbols of their own:
 * what a star stands for only a star takes, what a segment stands for a star or a segment. Time is the product of both
 * lengths; plain loops, because this is what a hostile pattern makes run.
 */
function runs(outer: Steps, inner: Steps): boolean {
  let states = new Uint8Array(outer.length + 1);
  let next = new Uint8Array(outer.length + 1);
  states[0] = 1;
  close(outer, states);
  for (const symbol of inner) {
    // The second half of a segment: the first stood for all of it.
    if (symbol !== manyStep) {
      next.fill(0);
      advance(outer, symbol, states, next);
      close(outer, next);
      [states, next] = [next, states];
    }
  }
  return states[outer.length] === 1;
}

function advance(outer: Steps, symbol: number, states: Uint8Array, next: Uint8Array): void {
  for (let at = 0; at < outer.length; at += 1) {
    const step = outer[at] ?? anyStep;
    if (states[at] === 1 && takesSymbol(step, symbol)) {
      next[isRepeat(step) ? at : at + 1] = 1;
    }
  }
}

function takesSymbol(step: number, symbol: number): boolean {
  switch (symbol) {
    case anyStep:
      return step === anyStep;
    case oneStep:
      return step < 0;
    default:
      return takes(step, symbol);
  }
}

/** Adds the states reached without a symbol. */
function close(steps: Steps, states: Uint8Array): void {
  for (let at = 0; at < steps.length; at += 1) {
    if (states[at] === 1 && isRepeat(steps[at])) {
      states[at + 1] = 1;
    }
  }
}
