import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { compilePattern } from '../pattern/compile.ts';
import { matches } from '../pattern/match.ts';
import { fold } from '../pattern/pattern.ts';
import { contains } from './contains.ts';
import { overlaps } from './overlaps.ts';
import { WorkBudget } from './work.ts';

const within = (inner: string, outer: string) =>
  contains(compilePattern(outer), compilePattern(inner), new WorkBudget(1e9));
const meet = (a: string, b: string) => overlaps(compilePattern(a), compilePattern(b), new WorkBudget(1e9));

test.each<[inner: string, outer: string, expected: boolean]>([
  ['getPod', '*', true],
  ['*', '*', true],
  ['*', 'get*', false],
  ['getPod', 'GETPOD', true],
  ['getPod', 'get*', true],
  ['get*', 'get*', true],
  ['ge*', 'get*', false],
  ['getPod*', 'get*', true],
  ['getPod*', 'getPod', false],
  ['*Pod*', '*Pod*', true],
  ['getPod*', '*Pod*', true],
  ['*PodExec', '*Pod*', true],
  ['*Po*', '*Pod*', false],
  ['*a*b*', '*a*', true],
  ['*a*', '*a*b*', false],
  ['*ab*ab', '*ab', true],
  ['namespace:shop/pod:*', 'namespace:*/pod:*', true],
  ['namespace:*/pod:*', 'namespace:shop/pod:*', false],
  ['namespace:shop/*', 'namespace:*', true],
  ['namespace:shop/:any', 'namespace:shop/*', true],
  ['namespace:shop/*', 'namespace:shop/:any', false],
  ['namespace:shop/:a', 'namespace:shop/:b', true],
  ['namespace:shop/pod', 'namespace:shop/:b', true],
  ['namespace:shop/pod/x', 'namespace:shop/:b', false],
  ['namespace:shop/pod*', 'namespace:shop/:b', false],
  ['namespace:shop/', 'namespace:shop/:b', false],
  ['a/:x/c', '*/:y/*', true],
  ['a/:x/c', 'a/b/c', false],
  ['a/*b', 'a/:s/*', false],
  ['a/x*', 'a/:s/*', false],
])('all of %s is in %s: %s', (inner, outer, expected) => {
  expect(within(inner, outer)).toBe(expected);
});

test.each<[a: string, b: string, expected: boolean]>([
  ['*', 'getPod', true],
  ['get*', '*Pod', true],
  ['get*', 'list*', false],
  ['*Pod', '*Secret', false],
  ['*Pod*', '*Secret*', true],
  ['getPod', 'GETpod', true],
  ['getPod', 'getPods', false],
  ['namespace:*/secret:db', 'namespace:shop/*', true],
  ['namespace:shop/:a', 'namespace:*/x', true],
  ['namespace:shop/:a', 'namespace:shop/a/b', false],
  ['a/:x', '*/', false],
  ['a/:x', 'a/*/b', false],
  ['a/:x/b', 'a/*/b', true],
])('%s meets %s: %s', (a, b, expected) => {
  expect(meet(a, b)).toBe(expected);
  expect(meet(b, a)).toBe(expected);
});

const pattern = fc
  .array(fc.constantFrom('a', 'b', '/', '*', '/:x', '/:x/'), { maxLength: 6 })
  .map((parts) => parts.join(''));
const filling = fc.array(fc.constantFrom('a', 'b', '/', ''), { maxLength: 4 }).map((parts) => parts.join(''));

/** Texts that the pattern matches. */
function member(written: string, fillings: readonly string[]): string {
  let at = 0;
  const next = () => fillings[at++ % fillings.length] ?? '';
  return written
    .replaceAll(/\/:x(?=\/|$)/g, () => `/${next().replaceAll('/', '') || 'a'}`)
    .replaceAll('*', () => next());
}

describe('over random patterns', () => {
  const fillings = fc.array(filling, { minLength: 6, maxLength: 6 });

  test('a pattern never contains one that matches more', () => {
    let contained = 0;
    fc.assert(
      fc.property(pattern, pattern, fillings, (outer, inner, filled) => {
        const text = fold(member(inner, filled));
        if (!matches(compilePattern(inner), text) || !within(inner, outer)) {
          return true;
        }
        contained += 1;
        return matches(compilePattern(outer), text);
      }),
      { numRuns: 40_000 },
    );
    expect(contained).toBeGreaterThan(1_000);
  });

  test('patterns that match one text meet', () => {
    let both = 0;
    fc.assert(
      fc.property(pattern, pattern, fillings, (a, b, filled) => {
        const text = fold(member(a, filled));
        if (!matches(compilePattern(a), text) || !matches(compilePattern(b), text)) {
          return true;
        }
        both += 1;
        return meet(a, b) && meet(b, a);
      }),
      { numRuns: 40_000 },
    );
    expect(both).toBeGreaterThan(1_000);
  });

  test('every pattern contains itself, and what contains a pattern meets it', () => {
    fc.assert(
      fc.property(pattern, pattern, (a, b) => within(a, a) && (!within(a, b) || meet(a, b))),
      { numRuns: 10_000 },
    );
  });
});

test('costs no more than the product of both lengths', () => {
  const work = new WorkBudget(2 * 510 * 510);
  const [outer, inner] = [compilePattern('*a'.repeat(250)), compilePattern(`${'*a'.repeat(249)}*aab*`)];
  expect(contains(outer, inner, work)).toBe(false);
  expect(overlaps(outer, inner, work)).toBe(true);
});

test('ends when it has cost as much as it may', () => {
  const work = new WorkBudget(1_000);
  const big = compilePattern('*a'.repeat(50));
  expect(() => overlaps(big, compilePattern('*b'.repeat(50)), work)).toThrow('1000 steps');
});
