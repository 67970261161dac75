import { fold, type Pattern } from './pattern.ts';
import { tokenize } from './tokens.ts';

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

type Step = { readonly character: string } | 'star' | 'one' | 'many';

/**
 * Whether the pattern matches at least one name of the shape. It runs the pattern as an automaton over the shape,
 * all its states at once: time is the product of both lengths, and the caller bounds both.
 */
export function overlapsCollection(pattern: Pattern, shape: NameShape): boolean {
  if (pattern.kind === 'any') {
    return true;
  }
  const steps = stepsOf(pattern.text);
  let states = closure(steps, start(steps));
  const excluded = shape.names === 'dns' ? ['/', ':'] : ['/'];
  const inName = (step: Step) => typeof step === 'string' || !excluded.includes(step.character);
  shape.texts.forEach((text, index) => {
    states = index === 0 ? states : afterName(steps, states, inName);
    for (const character of fold(text)) {
      states = closure(
        steps,
        advance(steps, states, (step) => accepts(step, character)),
      );
    }
  });
  return states[steps.length] === 1;
}

/** One step per character; a segment is one character that is no slash, then any number of them. */
function stepsOf(text: string): Step[] {
  return tokenize(text).flatMap((token): Step[] => {
    switch (token.kind) {
      case 'literal':
        return Array.from(token.text, (character) => ({ character }));
      case 'star':
        return ['star'];
      case 'segment':
        return ['one', 'many'];
    }
  });
}

function start(steps: readonly Step[]): Uint8Array {
  const states = new Uint8Array(steps.length + 1);
  states[0] = 1;
  return states;
}

function accepts(step: Step, character: string): boolean {
  return typeof step === 'string' ? step === 'star' || character !== '/' : step.character === character;
}

function isRepeat(step: Step | undefined): boolean {
  return step === 'star' || step === 'many';
}

/** The states after one character. */
function advance(steps: readonly Step[], states: Uint8Array, accepted: (step: Step) => boolean): Uint8Array {
  const next = new Uint8Array(states.length);
  steps.forEach((step, index) => {
    if (states[index] === 1 && accepted(step)) {
      next[isRepeat(step) ? index : index + 1] = 1;
    }
  });
  return next;
}

/** Adds the states reached without a character. */
function closure(steps: readonly Step[], states: Uint8Array): Uint8Array {
  steps.forEach((step, index) => {
    if (states[index] === 1 && isRepeat(step)) {
      states[index + 1] = 1;
    }
  });
  return states;
}

/** The states after any name: one character that may stand in it, then any number of them. */
function afterName(steps: readonly Step[], states: Uint8Array, inName: (step: Step) => boolean): Uint8Array {
  const after = closure(steps, advance(steps, states, inName));
  steps.forEach((step, index) => {
    if (after[index] === 1 && inName(step)) {
      after[index + 1] = 1;
    }
  });
  return after;
}
