import { beforeAll, describe, expect, test } from '@jest/globals';

import { policy, rule, type Rule } from '@tke/api-auth';
import { crdManifest } from '@tke/crd';
import { waitFor } from '@tke/envtest';
import type { KubeObject } from '@tke/meta';

import { aPolicy, aRule, statement } from '../../../testing/objects.ts';
import { timeoutMs, type Platform } from '../../../testing/platform.ts';
import { names, type RunningPlatform } from '../running-platform.ts';

/** Objects from a time when the schema knew less. */
export function describeLooseSchema(platform: RunningPlatform): void {
  describe('objects that were stored before the schema knew better', () => {
    beforeAll(() => platform().apply(...[policy, rule].map(crdManifest).map(withoutRules)));

    test('the rows that can be used stay, the others are named', async () => {
      const { pol } = names();
      await untilTaken(platform(), aPolicy(pol, { statement: statement(['get*', 'get(Pod)'], ['*', 'pod:a+b']) }));
      const { message } = await platform().untilReason(policy, aPolicy(pol), 'InvalidPattern');
      expect(message).toMatch(
        /spec\.statement\.actions\[1\].*spec\.statement|spec\.statement\.resources\[1\].*spec\.statement/,
      );
      expect(await platform().rowsOf(`Policy/${pol}`)).toEqual([`p ${pol} * * get* allow`]);
    });

    test('a Rule written by hand says whether it is used', async () => {
      const { id } = names();
      const good = aRule(`rul-good-${id}`, { ptype: 'g', v0: 'default##user##x', v1: 'pol-x', v2: '*' });
      const bad = aRule(`rul-bad-${id}`, {
        ptype: 'p',
        v0: 'pol-x',
        v1: 'prj-1',
        v2: '*',
        v3: 'get(Pod)',
        v4: 'allow',
      });
      await untilTaken(platform(), good);
      await untilTaken(platform(), bad);
      await platform().untilReason(rule, good, 'Succeeded');
      const { message } = await platform().untilReason(rule, bad, 'InvalidRule');
      expect(message).toMatch(/spec\.v1/);
      expect(message).toMatch(/spec\.v3/);
      await platform().apply({ ...bad, spec: { ...bad.spec, v1: '*', v3: 'getPod' } } as Rule);
      await platform().untilReason(rule, bad, 'Succeeded');
    });
  });
}

/** The schema as it may have been: types, and nothing about values. */
function withoutRules(definition: KubeObject): KubeObject {
  const unruled = (_: string, value: unknown): unknown => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return value;
    }
    const { 'x-kubernetes-validations': rules, pattern, ...rest } = value as Record<string, unknown>;
    return typeof pattern === 'string' || rules !== undefined ? rest : value;
  };
  return JSON.parse(JSON.stringify(definition, unruled)) as KubeObject;
}

/** A changed schema is in force some moments after it was written. */
async function untilTaken(platform: Platform, object: KubeObject): Promise<void> {
  const taken = () => platform.apply(object).then(() => true);
  await waitFor(taken, { description: `${object.kind} is taken`, timeoutMs, intervalMs: 200 });
}
