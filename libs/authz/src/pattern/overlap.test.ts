import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compilePattern } from './compile.ts';
import { matches } from './match.ts';
import { overlapsCollection, type NameShape } from './overlap.ts';
import { fold } from './pattern.ts';
import { cpuMs } from './testing/cpu-time.ts';

function dns(...texts: string[]): NameShape {
  return { texts, names: 'dns' };
}

const secrets = dns('namespace:ns1/secret:', '');
const allSecrets = dns('namespace:', '/secret:', '');
const pods = dns('namespace:ns1/pod:', '');
const clusterRoles: NameShape = { texts: ['clusterrole:', ''], names: 'pathSegment' };

test.each<[string, NameShape, boolean]>([
  ['*', secrets, true],
  ['namespace:ns1/secret:db', secrets, true],
  ['namespace:ns1/secret:DB', secrets, true],
  ['namespace:ns1/secret:*', secrets, true],
  ['namespace:ns2/secret:db', secrets, false],
  ['namespace:ns1/configmap:db', secrets, false],
  ['namespace:ns1/*', secrets, true],
  ['namespace:ns1/secret', secrets, false],
  ['namespace:ns1/secret:', secrets, false],
  ['*secret:db', secrets, true],
  ['*db', secrets, true],
  ['*/db', secrets, false],
  ['namespace:*/secret:*-key', secrets, true],
  ['namespace:/:n', secrets, false],
  ['namespace:ns1/:any', secrets, true],
  ['namespace:ns1/:any/x', secrets, false],
  ['namespace:ns1/secret:db', allSecrets, true],
  ['namespace:ns1/pod:db', allSecrets, false],
  ['secret:db', allSecrets, false],
  ['namespace:ns1', dns('namespace:', ''), true],
  ['namespace:ns1/*', dns('namespace:', ''), false],
  ['*secret:db', pods, false],
  ['*secret:*', pods, false],
  ['*:db', pods, true],
  ['*secret-db', pods, true],
  ['clusterrole:system:*', clusterRoles, true],
  ['*system:node', clusterRoles, true],
  ['clusterrole:a/b', clusterRoles, false],
])('%s meets %j: %s', (pattern, shape, expected) => {
  expect(overlapsCollection(compilePattern(pattern), shape)).toBe(expected);
});

test('says yes for every name that a pattern matches', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', ':'), maxLength: 3 });
  const name = fc.string({ unit: fc.constantFrom('a', 'b', ':', '*'), minLength: 1, maxLength: 4 });
  const pattern = fc
    .array(fc.constantFrom('a', 'b', '/', ':', '*', '/:x'), { maxLength: 7 })
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, text, name, name, pattern, (before, between, first, second, written) => {
      const shape: NameShape = { texts: [before, `/${between}`, ''], names: 'pathSegment' };
      const compiled = compilePattern(written);
      const object = fold(`${before}${first}/${between}${second}`);
      return !matches(compiled, object) || overlapsCollection(compiled, shape);
    }),
    { numRuns: 20_000 },
  );
});

test('says no only when no name of a small world matches', () => {
  const names = ['a', 'b', 'aa', 'ab', 'ba', 'bb', 'aaa', 'aab', 'aba', 'abb', 'baa', 'bab', 'bba', 'bbb'];
  const pattern = fc.array(fc.constantFrom('a', 'b', 'n/', '/', '*'), { maxLength: 4 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(pattern, (written) => {
      const compiled = compilePattern(written);
      const some = names.some((name) => matches(compiled, fold(`n/${name}`)));
      return overlapsCollection(compiled, dns('n/', '')) === some;
    }),
    { numRuns: 5_000 },
  );
});

test('costs no more than the product of both lengths', () => {
  const compiled = compilePattern(`${'*a'.repeat(250)}b`);
  const shape = dns('a'.repeat(600), '/', '');
  // A tenth of a second.
  expect(cpuMs(() => expect(overlapsCollection(compiled, shape)).toBe(true))).toBeLessThan(5_000);
});
