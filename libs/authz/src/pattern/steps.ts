import type { Pattern } from './pattern.ts';
import { tokenize } from './tokens.ts';

/** A pattern as an automaton takes it: UTF-16 units, and these for what is no unit. */
export type Steps = Int32Array;

/** Any run of units. */
export const anyStep = -1;
/** One unit that is no slash. A segment is one of them, then a run of them. */
export const oneStep = -2;
/** Any run of units that are no slashes. */
export const manyStep = -3;

const slash = '/'.charCodeAt(0);

/** Made by the first question and kept: few patterns ever need it, and those are asked again and again. */
export function stepsOf(pattern: Pattern): Steps {
  return (pattern.steps ??= stepsOfText(pattern.text));
}

function stepsOfText(text: string): Steps {
  return Int32Array.from(
    tokenize(text).flatMap((token) => {
      switch (token.kind) {
        case 'literal':
          return Array.from({ length: token.text.length }, (_, at) => token.text.charCodeAt(at));
        case 'star':
          return [anyStep];
        case 'segment':
          return [oneStep, manyStep];
      }
    }),
  );
}

export function isRepeat(step: number | undefined): boolean {
  return step === anyStep || step === manyStep;
}

/** Whether a step takes this unit. */
export function takes(step: number, unit: number): boolean {
  return step === anyStep || (step < 0 ? unit !== slash : step === unit);
}
