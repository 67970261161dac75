import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';

import { sharedControlPlane, type ClusterAccess } from '@tke/envtest';
import type { Client } from '@tke/kube-client';
import { coreKinds } from '@tke/meta';

import {
  access,
  admin,
  adminOf,
  configMap,
  impatient,
  newNamespace,
  portOf,
  running,
  until,
} from './testing/cluster.ts';
import { Network } from './testing/network.ts';

jest.setTimeout(600_000);

let target: ClusterAccess;
let hub: Client;

beforeAll(async () => {
  target = await sharedControlPlane();
  hub = await adminOf(target);
});
afterAll(() => hub.close());

async function scene() {
  const network = new Network(portOf(target));
  const port = await network.port();
  const namespace = await newNamespace(hub);
  const members = running(impatient);
  const addresses = [{ type: 'Real', host: '127.0.0.1', port }] as const;
  members.put('cls-a', access(target, { addresses, certificate: await admin(target) }));
  const member = members.get('cls-a')!;
  await until('the member answers', () => member.health.state === 'Healthy');
  return {
    ...{ network, port, namespace, members, member },
    [Symbol.asyncDispose]: async () => {
      await members[Symbol.asyncDispose]();
      await network[Symbol.asyncDispose]();
    },
  };
}

test('a member that falls silent is found out, refused to everybody at once, holds no sockets, and catches up when it is back', async () => {
  await using subject = await scene();
  const { network, port, namespace, member, members } = subject;
  const states: string[] = [];
  members.onEvent(() => states.at(-1) === member.health.state || states.push(member.health.state));
  const events: string[] = [];
  const informer = member.cache.informer(coreKinds.configMap, { namespace });
  informer.addHandler({
    onAdd: ({ metadata }) => events.push(`+${metadata.name ?? ''}`),
    onDelete: ({ metadata }) => events.push(`-${metadata.name ?? ''}`),
  });
  await until('the first list', () => informer.synced);
  await hub.create(coreKinds.configMap, configMap(namespace, 'before'));
  await until('an event before', () => events.length > 0);

  network.silence(port);
  const seenUntil = Date.now();
  const stuck = member.client.get(coreKinds.namespace, { name: 'default' });
  // Its socket did not come about in time, or the member was suspected first.
  const given = expect.stringMatching(/^(ConnectionFailed|MemberNotReady)$/);
  await expect(stuck).rejects.toMatchObject({ code: given, class: 'Retryable' });
  await until('the verdict', () => member.health.state === 'Unhealthy');
  const refused = member.client.get(coreKinds.namespace, { name: 'default' });
  await expect(refused).rejects.toMatchObject({ code: 'MemberNotReady', class: 'Retryable' });
  expect(member.health.lastSeen).toBeLessThanOrEqual(seenUntil);
  expect(member.health.lastError).toMatchObject({ class: 'Retryable' });
  // Of the kept sockets none is left; a probe may have one under way.
  await until('the sockets are gone', () => network.connectionsAt(port) <= 1);
  await hub.create(coreKinds.configMap, configMap(namespace, 'meanwhile'));
  await hub.delete(coreKinds.configMap, { namespace, name: 'before' });
  expect(member.cache.list(coreKinds.configMap).map(({ metadata }) => metadata.name)).toEqual(['before']);

  network.heal(port);
  await until('what happened meanwhile', () => events.length >= 3);
  // What a watch that was taken up in the wrong place would tell again comes before what happens now.
  await hub.create(coreKinds.configMap, configMap(namespace, 'afterwards'));
  await until('an event afterwards', () => events.includes('+afterwards'));
  expect(events).toEqual(['+before', '+meanwhile', '-before', '+afterwards']);
  // A busy machine may miss one of the short time limits, and answer to the next probe.
  expect(states.join(' ')).toMatch(/^(Healthy |Suspect )*Suspect Unhealthy Healthy( Suspect| Healthy)*$/);
  await member.client.get(coreKinds.namespace, { name: 'default' });
});

test('an informer that is added while the member is away fills when it is back', async () => {
  await using subject = await scene();
  const { network, port, namespace, member } = subject;
  await hub.create(coreKinds.configMap, configMap(namespace, 'there'));
  network.silence(port);
  await until('the verdict', () => member.health.state === 'Unhealthy');
  const informer = member.cache.informer(coreKinds.configMap, { namespace });
  expect(() => member.cache.list(coreKinds.configMap)).toThrow(expect.objectContaining({ code: 'CacheNotSynced' }));
  network.heal(port);
  await until('the informer', () => informer.synced);
  expect(member.cache.get(coreKinds.configMap, { namespace, name: 'there' })).toBeDefined();
});

test('a removed member leaves nothing behind', async () => {
  await using subject = await scene();
  const { network, port, members, member } = subject;
  member.cache.informer(coreKinds.configMap);
  member.cache.informer(coreKinds.secret);
  await until('the watches', () => network.connectionsAt(port) >= 3);
  const left: string[] = [];
  members.onEvent(({ type, member: { name } }) => left.push(`${type} ${name}`));
  members.remove('cls-a');
  expect(members.get('cls-a')).toBeUndefined();
  expect(member.signal.aborted).toBe(true);
  expect(left).toEqual(['Joined cls-a', 'Left cls-a']);
  await until('the sockets are gone', () => network.connectionsAt(port) === 0);
  await expect(member.client.get(coreKinds.namespace, { name: 'default' })).rejects.toMatchObject({
    code: 'ClientClosed',
  });
});
