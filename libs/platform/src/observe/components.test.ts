import { expect, test } from '@jest/globals';

import type { Client } from '@tke/kube-client';

import { controlPlaneComponents, type KnownNodes } from './components.ts';

const { signal } = new AbortController();

function pod(component: string, nodeName: string, ready = 'True') {
  const metadata = { labels: { component } };
  return { metadata, spec: { nodeName }, status: { conditions: [{ type: 'Ready', status: ready }] } };
}

/** `<type> <available>/<desired> <nodes without a ready pod>` of etcd. */
async function etcd(pods: readonly object[], known?: KnownNodes): Promise<string> {
  const client = {
    async *listPages() {
      yield await Promise.resolve({ items: [...pods, pod('kube-apiserver', 'a')] });
    },
  } as unknown as Client;
  const [first] = await controlPlaneComponents(client, signal, known);
  const { available, desired } = first!.component.replicas;
  return `${first!.component.type} ${available}/${desired} ${first!.unreadyOn.join()}`;
}

test.each<[string, KnownNodes | undefined, string]>([
  ['nothing is known of its hosts', undefined, 'etcd 2/2 '],
  ['a host has no pod', { hosts: 3 }, 'etcd 2/3 '],
  ['a node is lost', { unready: ['b', 'c'], hosts: 2 }, 'etcd 1/2 b'],
])('counts the pods of a control plane that are ready where %s', async (_, known, told) => {
  expect(await etcd([pod('etcd', 'a'), pod('etcd', 'b')], known)).toBe(told);
});

test('names the nodes whose pods are not ready', async () => {
  expect(await etcd([pod('etcd', 'a'), pod('etcd', 'b', 'False')])).toBe('etcd 1/2 b');
});
