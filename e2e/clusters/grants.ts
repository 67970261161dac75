import { waitFor, type KubectlResult } from '@tke/envtest';

import type { HubUnderTest } from '../hub-under-test.ts';

type Kubectl = (...args: readonly string[]) => Promise<KubectlResult>;

/** Lets alice list pods in the namespace default of a cluster of the hub, and nothing else. */
export async function letAliceListPods(hub: HubUnderTest, cluster: string): Promise<void> {
  const apiVersion = 'auth.tkestack.io/v1';
  const name = `pol-${cluster}`;
  const resources = [`cluster:${cluster}/namespace:default/pod:*`];
  await hub.apply({
    apiVersion,
    kind: 'Policy',
    metadata: { name },
    spec: {
      displayName: name,
      tenantID: 'default',
      category: 'application',
      statement: { effect: 'allow', actions: ['listPods'], resources },
    },
  });
  await hub.apply({
    apiVersion,
    kind: 'PolicyBinding',
    metadata: { name: `pb-${cluster}` },
    spec: { tenantID: 'default', policyID: name, users: [{ id: 'usr-alice', name: 'alice' }] },
  });
}

/** What a cluster says when it is asked whether alice may do something: `yes`, or `no` and why. */
export async function mayAlice(member: Kubectl, ...what: readonly string[]): Promise<string> {
  return (await member('auth', 'can-i', ...what, '--as', 'alice', '--as-group', 'tenant:default')).stdout;
}

export async function untilAliceMayListPods(member: Kubectl, timeoutMs: number): Promise<void> {
  await waitFor(async () => (await mayAlice(member, 'list', 'pods')).startsWith('yes'), {
    description: 'the API server asks the hub, which lets alice list pods',
    timeoutMs,
  });
}
