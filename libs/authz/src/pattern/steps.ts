import type { Pattern } from './pattern.ts';
import { tokenize } from './tokens.ts';

/** A pattern as an automaton takes it: UTF-16 units, and these for what is no unit. */
export type Steps = Int32Array;

/** Any run of units. */
export const anyStep = -1;
/** One unit that is no slash. */
export const oneStep = -2;
/** Any run of units that are no slashes. */
export const manyStep = -3;

export function stepsOf({ text }: Pattern): Steps {
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
