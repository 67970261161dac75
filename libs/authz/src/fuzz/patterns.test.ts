import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decide } from '../decide/decide.ts';
import { RuleIndex } from '../index/rule-index.ts';
import { checkPattern, maxPatternLength } from '../pattern/check.ts';
import { compilePattern } from '../pattern/compile.ts';
import { matches } from '../pattern/match.ts';
import { fold } from '../pattern/pattern.ts';
import { cpuMs } from '../pattern/testing/cpu-time.ts';
import { fuzz, fuzzTimeoutMs } from './testing/fuzz.ts';
import { referenceMatches } from './testing/reference-match.ts';

// Letters of several cases and lengths, what patterns are made of, and what regular expressions are.
const unit = fc.constantFrom(
  ...['a', 'A', 'b', 'B', '0', '-', '_', '.', ':', '/', '*', '/:x', '/:', ':x'],
  ...['İ', 'ß', 'Σ', 'ς', 'σ', '\u{1D4B3}', '\u{10400}', '\ud800', '|', '+', '\n'],
);
const text = (maxLength: number) => fc.array(unit, { maxLength }).map((parts) => parts.join(''));

/** A pattern, and an input that often fits: the pattern itself with something in place of its stars. */
const pair = fc
  .tuple(text(8), text(8), fc.array(text(3), { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([pattern, other, fillings, related]) => {
    const fill = (at: number) => fillings[at % fillings.length] ?? '';
    const filled = pattern.split(/\*|(?<=\/):[^/]+/).reduce((all, part, at) => `${all}${fill(at)}${part}`);
    return { pattern, input: related ? filled : other };
  });

test(
  'short patterns match what their definition says',
  () => {
    const property = fc.property(pair, ({ pattern, input }) => {
      expect(matches(compilePattern(pattern), fold(input))).toBe(referenceMatches(pattern, input));
    });
    fuzz('short patterns', property, { runs: 25_000, share: 1 / 3 });
  },
  fuzzTimeoutMs,
);

test(
  'a row decides by its two patterns as their definition says',
  () => {
    const property = fc.property(pair, pair, ({ pattern: v2, input: object }, { pattern: v3, input: action }) => {
      const index = new RuleIndex();
      const usable = checkPattern(v2, 'resource').length + checkPattern(v3, 'action').length === 0;
      const defects = index.upsert('r', { ptype: 'p', v0: 'u', v1: '*', v2, v3, v4: 'allow' });
      expect(defects.length === 0).toBe(usable);
      const { kind } = decide(index, { subjects: ['u'], domain: '', object, action, verb: 'get' });
      const fits = usable && referenceMatches(v2, object) && referenceMatches(v3, action);
      expect(kind).toBe(fits ? 'allow' : 'noOpinion');
    });
    fuzz('rows', property, { runs: 6_000, share: 1 / 3 });
  },
  fuzzTimeoutMs,
);

const largest = 64 * 1024;

/** Milliseconds, the least of a few tries. */
function costOf(pattern: string, input: string): number {
  const compiled = compilePattern(pattern);
  const folded = fold(input);
  return Math.min(...[1, 2, 3].map(() => cpuMs(() => void matches(compiled, folded))));
}

/** The longest patterns a row may hold, on inputs made of their own parts: what a matcher that starts again likes least. */
const hostile = fc
  .tuple(
    fc.array(fc.constantFrom('*', 'a', 'aa', 'ab', 'b', '/', ':', '/:x/', '/:x/a', '*a', '*/:x/', 'a*'), {
      minLength: 1,
      maxLength: 6,
    }),
    fc.array(fc.constantFrom('a', 'aa', 'ab', 'b', '/', '/a', 'a/', ':'), { minLength: 1, maxLength: 4 }),
    fc.constantFrom('', 'b', '/', '/b', '*'),
    fc.constantFrom('', 'a', 'b', '/'),
  )
  .map(([repeated, input, end, inputEnd]) => {
    const once = repeated.join('');
    const pattern = `${once.repeat(Math.floor((maxPatternLength.resource - 2) / once.length))}${end}`;
    const of = (length: number) =>
      `${input
        .join('')
        .repeat(length)
        .slice(0, length - 1)}${inputEnd}`;
    return { pattern, of };
  });

test(
  'time grows with the input, not with its square',
  () => {
    const property = fc.property(hostile, ({ pattern, of }) => {
      const [eighth, whole] = [costOf(pattern, of(largest / 8)), costOf(pattern, of(largest))];
      // Eight times the input in less than thirty-two times the time, where there is time to speak of: a square would
      // need sixty-four times as much, and seconds.
      const allowed = Math.max(200, 32 * eighth);
      expect({ milliseconds: whole, allowed, tooLong: whole > allowed }).toMatchObject({ tooLong: false });
    });
    fuzz('long inputs', property, { runs: 1_500, share: 1 / 3 });
  },
  fuzzTimeoutMs,
);
