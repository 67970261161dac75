import { describe, expect, test } from '@jest/globals';

import { policyBinding, rule, type Rule } from '@tke/api-auth';
import { waitFor } from '@tke/envtest';
import { isNotFound } from '@tke/kube-client';

import { anIdentity, aPolicy, aPolicyBinding, aRule } from '../../../testing/objects.ts';
import { timeoutMs } from '../../../testing/platform.ts';
import { names, type RunningPlatform } from '../running-platform.ts';

/** What others do to Rules, and what happened while no manager ran, is mended. */
export function describeDrift(platform: RunningPlatform): void {
  describe('drift', () => {
    const stored = async (source: string): Promise<Rule> => {
      const { items } = await platform().admin.list(rule);
      return items.find(({ metadata }) => metadata.annotations?.['auth.tkestack.io/source'] === source)!;
    };
    const kubectl = async (...args: string[]) => {
      expect(await platform().controlPlane.kubectl(args)).toMatchObject({ code: 0 });
    };

    test.each<[string, (name: string) => string[]]>([
      ['deleted', (name) => ['delete', 'rules.auth.tkestack.io', name]],
      [
        'edited',
        (name) => ['patch', 'rules.auth.tkestack.io', name, '--type=merge', '-p', '{"spec":{"v3":"*","v5":"x"}}'],
      ],
      ['without its label', (name) => ['label', 'rules.auth.tkestack.io', name, 'auth.tkestack.io/source-uid-']],
      ['without its annotation', (name) => ['annotate', 'rules.auth.tkestack.io', name, 'auth.tkestack.io/source-']],
      [
        'without its owner',
        (name) => [
          'patch',
          'rules.auth.tkestack.io',
          name,
          '--type=merge',
          '-p',
          '{"metadata":{"ownerReferences":null}}',
        ],
      ],
      [
        'without anything that tells of its source',
        (name) => [
          'patch',
          'rules.auth.tkestack.io',
          name,
          '--type=merge',
          '-p',
          '{"metadata":{"ownerReferences":null,"labels":null,"annotations":null}}',
        ],
      ],
    ])('a Rule that is %s is mended', async (_, command) => {
      const { pol } = names();
      await platform().apply(aPolicy(pol));
      await platform().untilRows(`Policy/${pol}`, [`p ${pol} * * get* allow`]);
      const { metadata, spec } = await stored(`Policy/${pol}`);
      const { labels, annotations, ownerReferences } = metadata;
      await kubectl(...command(metadata.name!));
      const mended = async () => {
        const now = await platform().admin.get(rule, { name: metadata.name! });
        expect(now).toMatchObject({ spec, metadata: { labels, annotations, ownerReferences } });
        expect(now.spec).toEqual(spec);
        return true;
      };
      await waitFor(mended, { description: 'the Rule is as it was', timeoutMs });
    });

    test('a Rule that claims a source which does not list it is deleted', async () => {
      const { pol } = names();
      await platform().apply(aPolicy(pol));
      await platform().untilRows(`Policy/${pol}`, [`p ${pol} * * get* allow`]);
      const { metadata } = await stored(`Policy/${pol}`);
      const { labels = {}, annotations = {} } = metadata;
      await platform().admin.create(
        rule,
        aRule(`rul-${pol}`, { ptype: 'p', v0: pol, v1: '*', v2: '*', v3: '*', v4: 'allow' }, { labels, annotations }),
      );
      await platform().untilRows(`Policy/${pol}`, [`p ${pol} * * get* allow`]);
    });

    test('Rules of a source that vanished without us are deleted', async () => {
      const { pol } = names();
      const annotations = { 'auth.tkestack.io/source': `CustomPolicyBinding/default/${pol}` };
      const labels = { 'auth.tkestack.io/source-uid': 'gone' };
      const row = { ptype: 'g', v0: 'a', v1: 'b', v2: '*' } as const;
      await platform().apply(
        aRule(`rul-${pol}`, row, { annotations }),
        aRule(`rul-${pol}-2`, row, { annotations, labels }),
      );
      await platform().untilNoRows(`CustomPolicyBinding/default/${pol}`);
    });

    test('what changed while no manager ran', async () => {
      const { pol, pb, usr, id } = names();
      await platform().apply(
        aPolicy(pol),
        anIdentity(usr, id),
        aPolicyBinding(pb, { policyID: pol, users: [{ id: usr }] }),
      );
      await platform().untilRows(`PolicyBinding/${pb}`, [`g default##user##${id} ${pol} *`]);
      await platform().untilRows(`Policy/${pol}`, [`p ${pol} * * get* allow`]);
      await platform().stopManager();
      const { metadata } = await stored(`Policy/${pol}`);
      await kubectl('delete', 'rules.auth.tkestack.io', metadata.name!);
      await platform().admin.delete(policyBinding, { name: pb });
      await platform().startManager();
      await platform().untilRows(`Policy/${pol}`, [`p ${pol} * * get* allow`]);
      await platform().untilNoRows(`PolicyBinding/${pb}`);
      const isGone = () =>
        platform()
          .admin.get(policyBinding, { name: pb })
          .then(() => false, isNotFound);
      await waitFor(isGone, { description: 'the binding is gone', timeoutMs });
    });
  });
}
