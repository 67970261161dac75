import { expect, test } from '@jest/globals';

import { namespaceCredential } from '@tke/api-business';
import { cluster } from '@tke/api-platform';
import { KubeApiError } from '@tke/kube-client';
import { discardLogger } from '@tke/log';
import type { KubeObject } from '@tke/meta';
import { cacheOf } from '@tke/runtime/testing';
import { FakeClock } from '@tke/time';

import type { BusinessDependencies } from '../dependencies.ts';
import { LeftoverSweep } from './leftover-sweep.ts';

const refusedMs = 600_000;
const dayMs = 86_400_000;
const request = { name: 'cls-1' };
const context = { signal: new AbortController().signal, log: discardLogger };
const ofHub: KubeObject = {
  ...{ apiVersion: `${cluster.group}/${cluster.version}`, kind: cluster.kind },
  metadata: { name: 'cls-1', uid: 'uid-1' },
};

/** A sweep, and a member that has nothing of ours. */
async function aSweep() {
  const member = { looks: 0, refuses: false, state: 'Healthy' };
  const list = () => {
    member.looks += 1;
    return member.refuses ? Promise.reject(forbidden()) : Promise.resolve({ items: [] });
  };
  const register: Parameters<typeof cacheOf>[1] = (cache) => {
    cache.informer(cluster);
    cache.informer(namespaceCredential);
  };
  const clock = new FakeClock();
  const dependencies = {
    clock,
    cache: await cacheOf([ofHub], register, context.signal),
    members: { get: () => ({ client: { list }, health: { state: member.state } }) },
  };
  const sweep = new LeftoverSweep(dependencies as unknown as BusinessDependencies, refusedMs);
  const look = () => sweep.reconcile(request, context);
  return { sweep, member, clock, look };
}

function forbidden(): Error {
  return new KubeApiError({ method: 'GET', path: '/' }, 403, { code: 403, reason: 'Forbidden' });
}

test('looks once when a member begins to answer, and once a day from then on', async () => {
  const { member, clock, look } = await aSweep();
  expect(await look()).toEqual({ requeueAfterMs: dayMs });
  await clock.advance(dayMs / 4);
  expect(await look()).toEqual({ requeueAfterMs: 0.75 * dayMs });
  expect(member.looks).toBe(1);
  await clock.advance(0.75 * dayMs);
  expect(await look()).toEqual({ requeueAfterMs: dayMs });
  expect(member.looks).toBe(2);
  member.state = 'Unreachable';
  expect(await look()).toBeUndefined();
  member.state = 'Healthy';
  await look();
  expect(member.looks).toBe(3);
});

test('looks again when a member refused, and not at each of its events', async () => {
  const { member, clock, look } = await aSweep();
  member.refuses = true;
  expect(await look()).toEqual({ requeueAfterMs: refusedMs });
  await clock.advance(refusedMs / 2);
  expect(await look()).toEqual({ requeueAfterMs: refusedMs / 2 });
  expect(member.looks).toBe(1);
  await clock.advance(refusedMs / 2);
  member.refuses = false;
  expect(await look()).toEqual({ requeueAfterMs: dayMs });
  expect(member.looks).toBe(2);
});

test('looks again when something was left behind', async () => {
  const { sweep, member, look } = await aSweep();
  const asked: object[] = [];
  await sweep.start((found) => asked.push(found));
  await look();
  sweep.leftBehind('cls-1');
  expect(asked).toEqual([request]);
  await look();
  expect(member.looks).toBe(2);
});
