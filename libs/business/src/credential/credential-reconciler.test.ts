import { afterAll, expect, test } from '@jest/globals';
import type { NamespaceCredential } from '@tke/api-business';
import type { Client } from '@tke/kube-client';
import type { MemberClusters } from '@tke/member-cluster';
import type { KubeObject } from '@tke/meta';
import type { Cache } from '@tke/runtime';
import { cacheOf } from '@tke/runtime/testing';
import { FakeClock } from '@tke/time';

import { credentialKind, namespaceKind } from '../objects/kinds.ts';
import { aNamespace } from '../testing/objects.ts';
import { CredentialReconciler, defaultLimits } from './credential-reconciler.ts';

const { signal } = new AbortController();
const stop = new AbortController();
afterAll(() => stop.abort());

const clock = new FakeClock();
const later = new Date(clock.now() + 86_400_000).toISOString();
const key = { namespace: 'prj-a', name: 'alice' };

type Status = NonNullable<NamespaceCredential['status']>;

function aCredential(status: Partial<Status> = {}): NamespaceCredential {
  return {
    ...{ apiVersion: 'business.tkestack.io/v1', kind: 'NamespaceCredential' },
    metadata: { ...key, uid: 'u', generation: 1 },
    spec: { namespace: 'cls-a-web', tenantID: 'acme', username: 'alice', type: 'Token', request: '' },
    status: { phase: 'Issued', finishedAt: new Date(clock.now()).toISOString(), expiresAt: later, ...status },
  };
}

/** What is written of a credential among some Namespaces: the new status, and what is announced. */
async function looked(credential: NamespaceCredential, namespaces: readonly KubeObject[]) {
  const written: unknown[] = [];
  const told: string[] = [];
  const known = (cache: Cache) => {
    cache.informer(credentialKind);
    cache.informer(namespaceKind);
  };
  const cache = await cacheOf([credential, ...namespaces], known, stop.signal);
  const client = {
    patch: (_kind: unknown, _key: unknown, { body }: { body: { status?: Status } }) => {
      written.push(body.status);
      return Promise.resolve({ ...credential, status: { ...credential.status, ...body.status } });
    },
  } as unknown as Client;
  const recorder = { event: (_: unknown, type: string, reason: string) => told.push(`${type} ${reason}`) };
  const members = {} as MemberClusters;
  const deps = { client, cache: cache, clock, recorder, members, fieldManager: 'test' };
  await new CredentialReconciler(deps, defaultLimits, () => undefined).reconcile(key, { signal } as never);
  const status = { ...credential.status, ...(written[0] as Status | undefined) };
  const ready = status.conditions?.find(({ type }) => type === 'Ready');
  return { stored: { ...credential, status }, ready, told, writes: written.length };
}

const there = [aNamespace('prj-a', ['cls-a', 'web'])];
const moved = [aNamespace('prj-b', ['cls-a', 'web'])];

test('what was issued says once that its namespace left the project, and no more of it when it is back', async () => {
  const before = await looked(aCredential(), there);
  expect(before.ready).toMatchObject({ status: 'True', message: `A token for alice, until ${later}` });
  const after = await looked(before.stored, moved);
  expect(after.ready).toMatchObject({ status: 'False', reason: 'NamespaceGone' });
  expect(after.ready?.message).toContain('project prj-a has no Namespace cls-a-web any more');
  // A token is taken away when its object goes, which needs what the status has.
  expect(after.stored.status).toMatchObject({ phase: 'Issued', expiresAt: later });
  expect(after.told).toEqual(['Warning NamespaceGone']);
  expect(await looked(after.stored, moved)).toMatchObject({ told: [], writes: 0 });
  expect((await looked(after.stored, there)).ready).toMatchObject({ status: 'True' });
});

test('one that failed says why it did, wherever its namespace is', async () => {
  expect(await looked(aCredential({ phase: 'Failed' }), moved)).toMatchObject({ told: [], writes: 0 });
});
