import { fold, type Folded, type Pattern } from './pattern.ts';
import { isRepeat, stepsOf, takes, type Steps } from './steps.ts';

/**
 * What the objects of a collection are called: texts with a non-empty name between neighbours. All secrets of namespace
 * ns1: `['namespace:ns1/secret:', '']`; of all namespaces: `['namespace:', '/secret:', '']`.
 */
export interface NameShape {
  readonly texts: readonly string[];
  /**
   * Names of most kinds are DNS names: without `/` and `:`. Those of RBAC may be any segment of a path. Without the
   * difference a deny on `*secret:db` would fit a pod called `my-secret:db`, and nobody under it could list pods.
   */
  readonly names: 'dns' | 'pathSegment';
}

const [slash, colon] = ['/', ':'].map((character) => character.charCodeAt(0)) as [number, number];
const excluded: Readonly<Record<NameShape['names'], readonly number[]>> = { dns: [slash, colon], pathSegment: [slash] };

/**
 * Whether the pattern matches at least one name of the shape. It runs the pattern as an automaton over the shape, all
 * states that can be reached at once: time is at most the product of both lengths, and the caller bounds both.
 */
export function overlapsCollection(pattern: Pattern, { texts, names }: NameShape): boolean {
  if (pattern.kind === 'any') {
    return true;
  }
  const folded = texts.map(fold);
  if (!mayBeginWith(pattern, folded[0] ?? fold(''))) {
    return false;
  }
  const steps = stepsOf(pattern);
  let states = statesFrom(steps, 0, []);
  for (const [index, text] of folded.entries()) {
    states = index === 0 ? states : afterName(steps, states, excluded[names]);
    for (let at = 0; at < text.length && states.length > 0; at += 1) {
      states = afterCharacter(steps, states, text.charCodeAt(at));
    }
  }
  return states.at(-1) === steps.length;
}

/** What most patterns fail that are about another namespace or kind. */
function mayBeginWith({ prefix }: Pattern, text: Folded): boolean {
  return prefix.length <= text.length ? text.startsWith(prefix) : prefix.startsWith(text);
}

/** Where the automaton may be: numbers of steps, ascending. The number behind the last one accepts. */
type States = number[];

function afterCharacter(steps: Steps, states: States, character: number): States {
  const next: States = [];
  for (const state of states) {
    const step = steps[state];
    if (step !== undefined && takes(step, character)) {
      statesFrom(steps, isRepeat(step) ? state : state + 1, next);
    }
  }
  return next;
}

/** The states after any name: one character that may stand in it, then any number of them. */
function afterName(steps: Steps, states: States, exclude: readonly number[]): States {
  const next: States = [];
  const inName = (step: number | undefined) => step !== undefined && !exclude.includes(step);
  for (const state of states) {
    const step = steps[state];
    if (inName(step)) {
      let at = isRepeat(step) ? state : state + 1;
      statesFrom(steps, at, next);
      while (inName(steps[at])) {
        at += 1;
        statesFrom(steps, at, next);
      }
    }
  }
  return next;
}

/** Adds a state and those that are reached from it without a character. What is not above the last one is in there. */
function statesFrom(steps: Steps, from: number, into: States): States {
  let at = from;
  for (; isRepeat(steps[at]); at += 1) {
    addAscending(at, into);
  }
  addAscending(at, into);
  return into;
}

function addAscending(state: number, into: States): void {
  if (state > (into.at(-1) ?? -1)) {
    into.push(state);
  }
}
