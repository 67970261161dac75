import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { originalMatch, type OriginalMatch } from '../differential/testing/original-pattern.ts';
import { compilePattern } from './compile.ts';
import { matches } from './match.ts';
import { fold } from './pattern.ts';
import { cpuMs } from './testing/cpu-time.ts';

function match(pattern: string, input: string): boolean {
  return matches(compilePattern(pattern), fold(input));
}

interface Row {
  readonly pattern: string;
  readonly input: string;
  /** What TKEStack's keyMatchCustom answers, or what happens to it. */
  readonly original: OriginalMatch;
  readonly ours: boolean;
}

// Every case that is known of TKEStack's keyMatchCustom. A comment stands where ours differs.
const rows: readonly Row[] = [
  { pattern: 'get*', input: 'getDeployment', original: true, ours: true },
  { pattern: 'GET*', input: 'getDeployment', original: true, ours: true },
  { pattern: 'get*', input: 'listDeployments', original: false, ours: false },
  { pattern: 'getDeployment', input: 'getDeploymentStatus', original: false, ours: false },
  { pattern: '*deployment*', input: 'createDeployment', original: true, ours: true },
  { pattern: '*App*', input: 'getTappcontroller', original: true, ours: true },
  { pattern: '*App*', input: 'createApply', original: true, ours: true },
  { pattern: '*Service*', input: 'createServiceaccount', original: true, ours: true },
  { pattern: '*Cluster*', input: 'createClusterrolebinding', original: true, ours: true },
  { pattern: '*Event*', input: 'createEvent', original: true, ours: true },
  { pattern: '*Event*', input: 'getPersistentevent', original: true, ours: true },
  { pattern: '*', input: 'anything/at all', original: true, ours: true },
  { pattern: '*', input: '', original: true, ours: true },
  { pattern: '-', input: '', original: false, ours: false },
  { pattern: 'cluster:cls-1/*', input: 'cluster:cls-1/namespace:ns1/deployment:web', original: true, ours: true },
  { pattern: 'cluster:cls-1/*', input: 'cluster:cls-1', original: false, ours: false },
  { pattern: 'cluster:cls-1*', input: 'cluster:cls-10/namespace:ns1/pod:x', original: true, ours: true },
  {
    pattern: 'cluster:cls-1/deployment:web',
    input: 'cluster:cls-1/namespace:ns1/deployment:web',
    original: false,
    ours: false,
  },
  {
    pattern: 'cluster:cls-1/*deployment:web',
    input: 'cluster:cls-1/namespace:ns1/deployment:web',
    original: true,
    ours: true,
  },
  {
    pattern: 'cluster:cls-1/namespace:*/deployment:web',
    input: 'cluster:cls-1/namespace:a/namespace:b/deployment:web',
    original: true,
    ours: true,
  },
  { pattern: 'cluster:cls-1/deployment:d/*', input: 'cluster:cls-1/deployment:d', original: false, ours: false },
  { pattern: 'namespace:ns1/deployment:web', input: 'namespace:ns1/deployment:*', original: false, ours: false },
  { pattern: 'namespace:ns1/deployment:*', input: 'namespace:ns1/deployment:*', original: true, ours: true },
  // A dot is a dot.
  { pattern: 'namespace:ns1/secret:db.pw', input: 'namespace:ns1/secret:dbXpw', original: true, ours: false },
  // A plus is a plus.
  { pattern: 'pod:a+b', input: 'pod:a+b', original: false, ours: true },
  { pattern: 'pod:a+b', input: 'pod:aab', original: true, ours: false },
  // A question mark is a question mark.
  { pattern: 'pod?', input: 'po', original: true, ours: false },
  // A bar is no alternative (and refused when it is written).
  { pattern: 'namespace:ns1|pod:x', input: 'namespace:ns9/pod:x', original: true, ours: false },
  { pattern: 'get|list', input: 'getSecret', original: true, ours: false },
  { pattern: 'get|list', input: 'blacklist', original: true, ours: false },
  // No character classes.
  { pattern: 'pod:web\\D', input: 'pod:web1', original: true, ours: false },
  { pattern: 'project:PRJ-A', input: 'project:prj-a', original: true, ours: true },
  { pattern: 'cluster:c1/:x', input: 'cluster:c1/anything', original: true, ours: true },
  // Only the segment behind `/:` varies.
  { pattern: 'cluster:c1/:any/pod:web', input: 'cluster:c1/kind/pod:db', original: true, ours: false },
  { pattern: 'cluster:c1/:any/pod:web', input: 'cluster:c1/kind/podANY', original: true, ours: false },
  { pattern: 'cluster:c1/:any/pod:web', input: 'cluster:c1/kind/pod:web', original: true, ours: true },
  // `/:` without a name is text.
  { pattern: 'project:p/:', input: 'project:p/x', original: 'hangs', ours: false },
  { pattern: 'a/:/b', input: 'a/x/b', original: 'hangs', ours: false },
  // Parentheses and brackets are text.
  { pattern: 'pod:a(b', input: 'pod:a(b', original: 'panics', ours: true },
  { pattern: 'pod:[a-', input: 'pod:a', original: 'panics', ours: false },
];

test.each(rows)('$pattern on $input: was $original, is $ours', ({ pattern, input, original, ours }) => {
  expect([originalMatch(pattern, input), match(pattern, input)]).toEqual([original, ours]);
});

describe('segments', () => {
  test.each([
    ['a/:x/c', 'a/b/c', true],
    ['a/:x/c', 'a//c', false],
    ['a/:x/c', 'a/b/b/c', false],
    ['a/:x', 'a/b', true],
    ['a/:x', 'a/', false],
    ['a/:x', 'a/b/c', false],
    ['*/:x/pod:*', 'cluster:c/namespace:n/pod:web', true],
    ['*/:x/pod:*', 'cluster:c/pod:web', false],
    ['c:*/:x', 'c:1/2/3', true],
    ['c:*/:x', 'c:1/2/', false],
    ['c:*/:x/:y', 'c:1/2', false],
    ['c:*/:x/:y', 'c:1/2/3', true],
    ['*/:x/b*/c', '/a/a/b/c', true],
  ])('%s on %s: %s', (pattern, input, expected) => {
    expect(match(pattern, input)).toBe(expected);
  });
});

test('answers as a regular expression does, which is exact and slow', () => {
  const pattern = fc
    .array(fc.constantFrom('a', 'b', '/', ':', '*', '/:x', '/:x/'), { maxLength: 8 })
    .map((parts) => parts.join(''));
  const input = fc.string({ unit: fc.constantFrom('a', 'b', '/', ':'), maxLength: 10 });
  fc.assert(
    fc.property(pattern, input, (written, name) => {
      // A name runs up to the next slash, whatever stands in it.
      const parts = written.split(/((?<=\/):[^/]+|\*)/);
      const expression = parts.map((part, at) => (at % 2 === 0 ? part : part === '*' ? '.*' : '[^/]+')).join('');
      return match(written, name) === new RegExp(`^${expression}$`).test(name);
    }),
    { numRuns: 30_000 },
  );
});

test('parts never share characters of the input', () => {
  expect(match('aba*ba', 'aba')).toBe(false);
  expect(match('*ab*ba*', 'aba')).toBe(false);
  expect(match('*ab*ba*', 'abba')).toBe(true);
});

test('letters fold one by one, so that a pattern and the name it spells agree', () => {
  expect(match('role:ΟΔΟΣ*', 'role:οδοσx')).toBe(true);
  expect(match('role:ΟΔΟΣ', 'role:ΟΔΟΣ')).toBe(true);
});

describe('time', () => {
  const long = 100_000;
  test.each([
    ['many stars', `${'*a'.repeat(250)}*b`, 'a'.repeat(long)],
    ['many stars before a text that never comes', `${'*a'.repeat(200)}*ab*`, 'a'.repeat(long)],
    ['a long text between stars', `*${'a'.repeat(500)}b*`, 'a'.repeat(long)],
    ['a long text between stars, differing in front', `*b${'a'.repeat(500)}*`, 'a'.repeat(long)],
    ['many segments', `*${'/:x'.repeat(150)}/b*`, '/a'.repeat(long / 2)],
    ['many segments and stars', `${'*/:x/'.repeat(80)}b`, '/a'.repeat(long / 2)],
  ])('%s', (_name, pattern, input) => {
    const compiled = compilePattern(pattern);
    const folded = fold(input);
    // Less than a tenth of a second. A backtracking matcher needs years for most of these.
    expect(cpuMs(() => expect(matches(compiled, folded)).toBe(false))).toBeLessThan(5_000);
  });
});
