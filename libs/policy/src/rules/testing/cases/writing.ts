import { describe, expect, test } from '@jest/globals';

import { policy, rule } from '@tke/api-auth';
import { cacheOf } from '@tke/runtime/testing';

import { registerInformers } from '../../../informers.ts';
import { aPolicy, statement } from '../../../testing/objects.ts';
import { RuleWriter } from '../../rule-writer.ts';
import { timeoutMs } from '../../../testing/platform.ts';
import { names, type RunningPlatform } from '../running-platform.ts';

/** How Rules are written: in which order, past a cache that lags, and without the permission. */
export function describeWriting(platform: RunningPlatform): void {
  describe('writing', () => {
    test('what forbids comes before what it replaces goes, and goes last', async () => {
      const { pol } = names();
      const of = (effect: 'allow' | 'deny') => aPolicy(pol, { statement: statement(['get*', 'list*'], ['*'], effect) });
      await platform().apply(of('allow'));
      await platform().untilReason(policy, of('allow'), 'Succeeded');
      const { metadata } = await platform().admin.list(rule, { fieldSelector: `spec.v0=${pol}` });
      await platform().apply(of('deny'));
      await platform().untilRows(`Policy/${pol}`, [`p ${pol} * * get* deny`, `p ${pol} * * list* deny`]);
      await platform().apply(of('allow'));
      await platform().untilRows(`Policy/${pol}`, [`p ${pol} * * get* allow`, `p ${pol} * * list* allow`]);
      const seen: string[] = [];
      const events = platform().admin.watch(rule, {
        fieldSelector: `spec.v0=${pol}`,
        resourceVersion: metadata.resourceVersion!,
        signal: AbortSignal.timeout(timeoutMs),
      });
      for await (const event of events) {
        if (event.type !== 'BOOKMARK') {
          seen.push(`${event.type} ${event.object.spec.v4!}`);
        }
        if (seen.length === 8) {
          break;
        }
      }
      const twice = (text: string) => [text, text];
      expect(seen).toEqual(['ADDED deny', 'DELETED allow', 'ADDED allow', 'DELETED deny'].flatMap(twice));
    });

    test('a cache that lags behind does no harm', async () => {
      const { pol } = names();
      const stop = new AbortController();
      // Shows nothing of what is written, ever.
      const cache = await cacheOf([], registerInformers, stop.signal);
      const writer = new RuleWriter({ client: platform().admin, cache });
      await platform().stopManager();
      const stored = await platform().admin.create(policy, aPolicy(pol));
      const row = { ptype: 'p', v0: pol, v1: '*', v2: '*', v3: 'get*', v4: 'allow' } as const;
      await writer.write(policy, stored, [row], stop.signal);
      await writer.write(policy, stored, [row], stop.signal);
      const [written] = (await platform().admin.list(rule, { fieldSelector: `spec.v0=${pol}` })).items;
      expect(written?.metadata.generation).toBe(1);
      await platform().admin.patch(
        rule,
        { name: written!.metadata.name! },
        { type: 'merge', body: { spec: { v3: '*' } } },
      );
      await writer.write(policy, stored, [row], stop.signal);
      expect(await platform().rowsOf(`Policy/${pol}`)).toEqual([`p ${pol} * * get* allow`]);
      await writer.removeAll(stored.metadata.uid!, stop.signal);
      expect(await platform().rowsOf(`Policy/${pol}`)).toEqual([]);
      stop.abort();
      await platform().startManager();
    });

    test('what is not permitted is told, and tried again', async () => {
      const { pol } = names();
      const deny = (verb: string) =>
        platform().setPermissions((permission) => !permission.verbs.includes(verb as never));
      await deny('create');
      await platform().apply(aPolicy(pol));
      const { message } = await platform().untilReason(policy, aPolicy(pol), 'Forbidden');
      expect(message).toMatch(/cannot create resource "rules"/);
      const { status } = await platform().admin.get(policy, { name: pol });
      expect(status?.conditions?.[0]).toMatchObject({
        type: 'Reconciling',
        status: 'True',
        reason: 'ProgressingWithRetry',
      });
      await platform().setPermissions(() => true);
      await platform().untilReason(policy, aPolicy(pol), 'Succeeded');
      expect(await platform().rowsOf(`Policy/${pol}`)).toHaveLength(1);
    });
  });
}
