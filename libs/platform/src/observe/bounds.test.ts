import { expect, test } from '@jest/globals';

import { codedErrors } from '@tke/errors';
import type { MemberCluster } from '@tke/member-cluster';

import { allocatedResources } from './allocated-resources.ts';
import { controlPlaneComponents } from './components.ts';
import { nodeTotals } from './node-totals.ts';

const signal = new AbortController().signal;
const { KindNotCached } = codedErrors({ KindNotCached: { class: 'Bug', remedy: 'x' } });

/** A server whose lists have no end. */
function endless() {
  const state = { pages: 0 };
  const client = {
    async *listPages() {
      for (;;) {
        state.pages++;
        await Promise.resolve();
        yield { metadata: { continue: 'more' }, items: Array.from({ length: 500 }, () => ({ metadata: {} })) };
      }
    },
    request: () => Promise.resolve('ok'),
  };
  const cache = {
    list: () => {
      throw KindNotCached('nobody watches them');
    },
  };
  return { state, source: { client, cache } as unknown as MemberCluster };
}

test('a server whose lists have no end is not listened to for ever', async () => {
  const { state, source } = endless();
  await expect(nodeTotals(source, signal)).rejects.toMatchObject({ code: 'TooManyObjects' });
  await expect(allocatedResources(source.client, signal)).rejects.toMatchObject({ code: 'TooManyObjects' });
  expect(await controlPlaneComponents(source.client, signal)).toMatchObject([
    { component: { type: 'kube-apiserver' } },
  ]);
  expect(state.pages).toBeLessThan(500);
});
