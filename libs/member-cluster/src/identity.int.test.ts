import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';

import { sharedControlPlane, type ClusterAccess } from '@tke/envtest';
import type { Client } from '@tke/kube-client';
import { coreKinds } from '@tke/meta';

import { access, admin, adminOf, running, until } from './testing/cluster.ts';

jest.setTimeout(300_000);

let target: ClusterAccess;
let hub: Client;

beforeAll(async () => {
  target = await sharedControlPlane();
  hub = await adminOf(target);
});
afterAll(() => hub.close());

test('another cluster than the one that is meant is refused to everybody, until the one that is meant answers', async () => {
  await using members = running();
  const way = access(target, { certificate: await admin(target) });
  const { metadata } = await hub.get(coreKinds.namespace, { name: 'kube-system' });
  const read = () => members.get('cls-a')!.client.get(coreKinds.namespace, { name: 'default' });

  members.put('cls-a', { ...way, uid: 'of-another-cluster' });
  const member = members.get('cls-a')!;
  await until('the verdict', () => member.health.state === 'Unhealthy');
  expect(member.health.lastError).toMatchObject({ code: 'IdentityChanged', class: 'NeedsUser' });
  expect(member.health.lastError?.message).toContain(metadata.uid);
  await expect(read()).rejects.toMatchObject({ code: 'MemberNotReady' });

  members.put('cls-a', { ...way, uid: metadata.uid! });
  await until('it answers', () => member.health.state === 'Healthy');
  await expect(read()).resolves.toMatchObject({ metadata: { name: 'default' } });

  members.put('cls-a', { ...way, uid: 'of-another-cluster' });
  await until('doubt', () => member.health.state !== 'Healthy');
  await expect(read()).rejects.toMatchObject({ code: 'MemberNotReady' });
});
