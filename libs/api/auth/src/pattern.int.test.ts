import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { checkPattern } from '@tke/authz';
import { GroupCluster } from '@tke/crd/testing';
import { pipe, type ClusterAccess } from '@tke/envtest';

import { maxPatternLength, type PatternKind } from './pattern.ts';
import { policy } from './policy.ts';
import { rule } from './rule.ts';
import { policy as policyObject, rule as ruleObject } from './testing/objects.ts';

/** Of the mixtures. */
const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);

let cluster: ClusterAccess;

beforeAll(async () => {
  cluster = (await GroupCluster.with([policy, rule])).access;
});

/** Those of the patterns that the API server refuses. All of them stand in one Policy, whose errors name each. */
async function refusedByServer(kind: PatternKind, patterns: readonly string[]): Promise<string[]> {
  const [actions, resources] = kind === 'action' ? [patterns, ['*']] : [['get*'], patterns];
  const object = policyObject('pol-patterns', { statement: { effect: 'allow', actions, resources } });
  const { stderr } = await pipe(cluster, ['create', '--dry-run=server'], object);
  const named = stderr.matchAll(new RegExp(String.raw`spec\.statement\.${kind}s\[(\d+)\]: Invalid`, 'g'));
  const indexes = new Set([...named].map(([, index]) => Number(index)));
  return patterns.filter((_, index) => indexes.has(index));
}

function refusedByEngine(kind: PatternKind, patterns: readonly string[]): string[] {
  return patterns.filter((text) => checkPattern(text, kind).length > 0);
}

const ends = ['', 'pod', '/', ':', '.', '*'];
const others = Array.from(
  'aZ09_-.*/:~!@#%&=;<>"\'`,|\\^$()[]{}+? é集\u00A0\u3000\u0000\t\n\u007F\u0085\u00AD\u200B\u202E\u2028\u2029\uFEFF',
);
const table = [
  ...others.flatMap((character) => [character, `a${character}b`, `${character}b`, `a${character}`]),
  ...['/:', 'a/:', 'a/:/b', 'a/:x', 'a/:x/b', 'a/:x*', 'a/:x.', 'a/:x:y', 'a/:é', '/:a/:', '/:a/:b', 'a/:x-_9/:'],
  ...['.*', 'a.*', 'a/.*', 'a:.*', '..*', 'a/..*', '*.*', 'kube-root-ca.*', 'a//b', ':x', ':*', '/', '*', '😀'],
];
const mixture = fc
  .array(
    fc.oneof(fc.constantFrom(...ends), fc.constantFrom('/:', '.*', '/.', ':.*', 'x'), fc.constantFrom(...others)),
    {
      minLength: 1,
      maxLength: 8,
    },
  )
  .map((parts) => parts.join(''))
  .filter((text) => text !== '');

describe.each<PatternKind>(['action', 'resource'])(
  'of %s patterns, the API server refuses what the engine does:',
  (kind) => {
    test('character by character', async () => {
      const refused = refusedByEngine(kind, table);
      expect(refused.length).toBeGreaterThan(50);
      expect(await refusedByServer(kind, table)).toEqual(refused);
    });

    test('in mixtures', async () => {
      const patterns = fc.sample(mixture, { numRuns: 1000, seed });
      const [byServer, byEngine] = [await refusedByServer(kind, patterns), refusedByEngine(kind, patterns)].map(
        (refused) => new Set(refused),
      );
      const judgedOtherwise = patterns.filter((text) => byServer!.has(text) !== byEngine!.has(text));
      expect({ seed, judgedOtherwise }).toEqual({ seed, judgedOtherwise: [] });
    });

    test('in Rules', async () => {
      const patterns = ['a+b', 'a/:', '.*', 'a b', 'a/b', 'a.b', '*'];
      const field = kind === 'action' ? 'v3' : 'v2';
      const row = { ptype: 'p', v0: 'pol-a', v1: '*', v2: '*', v3: '*', v4: 'allow' };
      const answers = await Promise.all(
        patterns.map((text) =>
          pipe(cluster, ['create', '--dry-run=server'], ruleObject('x', { ...row, [field]: text })),
        ),
      );
      expect(patterns.filter((_, index) => answers[index]!.stderr.includes(`spec.${field}`))).toEqual(
        refusedByEngine(kind, patterns),
      );
    });
  },
);

test.each<PatternKind>(['action', 'resource'])('%s patterns have the same greatest length for both', async (kind) => {
  const longest = 'x'.repeat(maxPatternLength[kind]);
  expect(refusedByEngine(kind, [longest, `${longest}x`])).toEqual([`${longest}x`]);
  const statement = { actions: ['get*'], resources: ['*'], effect: 'allow', [`${kind}s`]: [longest, `${longest}x`] };
  const { stderr } = await pipe(cluster, ['create', '--dry-run=server'], policyObject('pol-long', { statement }));
  expect(stderr).toContain(`spec.statement.${kind}s[1]: Too long`);
  expect(stderr).not.toContain(`spec.statement.${kind}s[0]`);
});
