import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';

import { sharedControlPlane, type ClusterAccess } from '@tke/envtest';
import type { Client } from '@tke/kube-client';
import { coreKinds } from '@tke/meta';

import {
  access,
  admin,
  adminOf,
  certificateOf,
  configMap,
  grant,
  newNamespace,
  newToken,
  revoke,
  running,
  until,
} from './testing/cluster.ts';
import { hubProxy } from './testing/hub-proxy.ts';

jest.setTimeout(300_000);

let target: ClusterAccess;
let hub: Client;

beforeAll(async () => {
  target = await sharedControlPlane();
  hub = await adminOf(target);
});
afterAll(() => hub.close());

const prefix = '/member';

/** Two credentials for one namespace, and a way to it on which requests can be read. */
async function scene() {
  const namespace = await newNamespace(hub);
  const proxy = await hubProxy(prefix, target.url, target.pki.ca);
  const addresses = [{ type: 'Real', host: '127.0.0.1', port: proxy.port, path: prefix }] as const;
  const ways = [];
  for (let i = 0; i < 2; i++) {
    const { token, user } = await newToken(hub, namespace);
    await grant(hub, namespace, user);
    ways.push({ user, token, way: access(target, { addresses, token }) });
  }
  return { namespace, proxy, ways, [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose]() };
}

test('credentials change again and again while objects come and go: every event arrives once, and nothing is listed again', async () => {
  await using subject = await scene();
  const { namespace, proxy, ways } = subject;
  await using members = running();
  members.put('cls-a', ways[0]!.way);
  const member = members.get('cls-a')!;
  const seen: string[] = [];
  member.cache.informer(coreKinds.configMap, { namespace }).addHandler({
    onAdd: ({ metadata }) => seen.push(`+${metadata.name ?? ''}`),
    onUpdate: ({ metadata }) => seen.push(`~${metadata.name ?? ''}`),
    onDelete: ({ metadata }, unknown) => seen.push(`${unknown ? '?' : '-'}${metadata.name ?? ''}`),
  });
  await until('the first list', () => member.cache.list(coreKinds.configMap).length >= 0);
  for (let i = 0; i < 60; i++) {
    if (i % 6 === 3) {
      members.put('cls-a', ways[(i / 3) % 2]!.way);
    }
    const object = await hub.create(coreKinds.configMap, configMap(namespace, `o${i}`));
    await hub.update(coreKinds.configMap, { ...object, data: { a: 'b' } });
    await hub.delete(coreKinds.configMap, { namespace, name: `o${i}` });
  }
  const expected = Array.from({ length: 60 }, (_unused, i) => [`+o${i}`, `~o${i}`, `-o${i}`]).flat();
  await until('all events', () => seen.length >= expected.length);
  expect(seen).toEqual(expected);
  const lists = proxy.paths.filter((path) => path.includes('configmaps') && !path.includes('resourceVersion='));
  expect(lists).toHaveLength(1);
});

test('after a change the old credential is out of use: what it may do does not matter any more', async () => {
  await using subject = await scene();
  const { namespace, proxy, ways } = subject;
  await using members = running();
  members.put('cls-a', ways[0]!.way);
  const member = members.get('cls-a')!;
  const informer = member.cache.informer(coreKinds.configMap, { namespace });
  await until('the first list', () => informer.synced);
  members.put('cls-a', ways[1]!.way);
  const old = `Bearer ${ways[0]!.token}`;
  await until('nothing goes on with the old credential', () => !proxy.underWay.has(old));
  await revoke(hub, namespace);
  await grant(hub, namespace, ways[1]!.user);
  await hub.create(coreKinds.configMap, configMap(namespace, 'after'));
  const after = () => member.cache.get(coreKinds.configMap, { namespace, name: 'after' });
  await until('an event by the new credential', after);
  await member.client.create(coreKinds.configMap, configMap(namespace, 'written'));
});

test('calls go on during a change: none fails', async () => {
  await using members = running();
  const ways = [
    access(target, { certificate: await admin(target) }),
    access(target, { certificate: await certificateOf(target, 'other', 'system:masters') }),
  ];
  members.put('cls-a', ways[0]!);
  const member = members.get('cls-a')!;
  await until('the member answers', () => member.health.state === 'Healthy');
  const calls: Promise<unknown>[] = [];
  for (let i = 0; i < 100; i++) {
    if (i % 10 === 9) {
      members.put('cls-a', ways[i % 20 === 9 ? 1 : 0]!);
    }
    calls.push(member.client.get(coreKinds.namespace, { name: 'default' }));
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(calls);
});

test('the same way again changes nothing', async () => {
  await using members = running();
  const certificate = await admin(target);
  members.put('cls-a', access(target, { certificate }));
  const member = members.get('cls-a')!;
  await until('the member answers', () => member.health.state === 'Healthy');
  const { since } = member.health;
  members.put('cls-a', access(target, { certificate }));
  expect(members.get('cls-a')).toBe(member);
  expect(member.health).toMatchObject({ state: 'Healthy', since });
});
