import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';

import { sharedControlPlane, waitFor, type ClusterAccess } from '@tke/envtest';
import type { Client } from '@tke/kube-client';
import { createCa } from '@tke/pki';
import { systemClock as clock } from '@tke/time';

import { clusterConfig } from './access/cluster-config.ts';
import type { MemberAccess } from './access/cluster-access.ts';
import {
  access,
  admin,
  adminOf,
  certificateOf,
  newNamespace,
  newToken,
  running,
  spec,
  until,
  verdictOn,
  whoAmI,
} from './testing/cluster.ts';
import { hubProxy } from './testing/hub-proxy.ts';

jest.setTimeout(180_000);

let target: ClusterAccess;
let hub: Client;
const another = await createCa({ commonName: 'another', clock });

beforeAll(async () => {
  target = await sharedControlPlane();
  hub = await adminOf(target);
});
afterAll(() => hub.close());

/** Whom a member takes us for. */
async function identityBy(way: MemberAccess) {
  await using members = running();
  members.put('cls-a', way);
  const { client } = members.get('cls-a')!;
  return await waitFor(() => whoAmI(client), { description: 'the member answers', timeoutMs: 60_000 });
}

describe('a member takes us for', () => {
  test('the owner of the client certificate', async () => {
    const certificate = await certificateOf(target, 'alice', 'dev');
    const userInfo = { username: 'alice', groups: ['dev', 'system:authenticated'] };
    expect(await identityBy(access(target, { certificate }))).toMatchObject(userInfo);
  });

  test('the owner of the token', async () => {
    const { token, user } = await newToken(hub, await newNamespace(hub));
    expect(await identityBy(access(target, { token }))).toMatchObject({ username: user });
  });

  test('whom we impersonate, with groups and extra', async () => {
    const impersonate = { user: 'carol', groups: ['ops'], extra: { 'tkestack.io/tenantid': ['a', 'b'] } };
    expect(await identityBy(access(target, { certificate: await admin(target), impersonate }))).toMatchObject({
      username: 'carol',
      groups: ['ops', 'system:authenticated'],
      extra: { 'tkestack.io/tenantid': ['a', 'b'] },
    });
  });

  test('the same through a proxy in another cluster that serves it below a path', async () => {
    const path = '/apis/proxies.clusternet.io/v1alpha1/sockets/0b9c/proxy/direct';
    await using proxy = await hubProxy(path, target.url, target.pki.ca);
    const { token, user } = await newToken(hub, await newNamespace(hub));
    const addresses = [{ type: 'Real', host: '127.0.0.1', port: proxy.port, path }] as const;
    expect(await identityBy(access(target, { addresses, token }))).toMatchObject({ username: user });
    expect(proxy.paths.every((each) => each.startsWith(`${path}/`))).toBe(true);
  });

  test('the same when the first addresses do not answer', async () => {
    const dead = [
      { type: 'Internal', host: '127.0.0.1', port: 1 },
      { type: 'Advertise', host: '127.0.0.1', port: 2 },
    ] as const;
    const addresses = [...spec(target).addresses, ...dead];
    const certificate = await certificateOf(target, 'alice');
    expect(await identityBy(access(target, { addresses, certificate }))).toMatchObject({ username: 'alice' });
  });
});

test('who may not impersonate is refused, and the member is not given more rights instead', async () => {
  await using members = running();
  const certificate = await certificateOf(target, 'alice');
  members.put('cls-a', access(target, { certificate, impersonate: { user: 'carol' } }));
  const verdict = await verdictOn(members, 'cls-a');
  expect(verdict?.lastError).toMatchObject({ code: 'Forbidden', message: expect.stringContaining('impersonate') });
  await expect(whoAmI(members.get('cls-a')!.client)).rejects.toMatchObject({
    code: 'MemberNotReady',
    class: 'Retryable',
  });
});

describe('why a member cannot be reached is in its health, with a remedy and without a secret', () => {
  test.each<[string, string, () => Promise<MemberAccess> | MemberAccess]>([
    ['a wrong token', 'Unauthorized', () => access(target, { token: 'hunter2' })],
    ['another authority', 'CertificateRejected', () => access(target, { ca: another.certPem, token: 'hunter2' })],
    [
      'nobody there',
      'ConnectionFailed',
      () => ({
        config: clusterConfig({
          ...spec(target, { token: 'hunter2' }),
          addresses: [{ type: 'Real', host: '127.0.0.1', port: 1 }],
        }),
      }),
    ],
  ])('%s', async (_, code, way) => {
    await using members = running();
    members.put('cls-a', await way());
    const member = members.get('cls-a')!;
    expect(await verdictOn(members, 'cls-a')).toMatchObject({
      failures: 3,
      lastError: { code, remedy: expect.stringMatching(/\w/) },
    });
    const error: unknown = await whoAmI(member.client).catch((reason: unknown) => reason);
    expect(`${JSON.stringify([member.health, error])} ${String(error)}`).not.toContain('hunter2');
  });
});

test('tells version and identity of a member, and finds its kinds', async () => {
  await using members = running();
  const connectedAt = clock.now();
  members.put('cls-a', access(target, { certificate: await admin(target) }));
  const member = members.get('cls-a')!;
  await until('the member answers', () => member.health.state === 'Healthy');
  expect(member.facts).toEqual({ version: target.version, uid: expect.stringMatching(/^[0-9a-f-]{36}$/) });
  await expect(member.discovery.kindFor('apps', 'Deployment')).resolves.toMatchObject({ plural: 'deployments' });
  expect(member.health.lastSeen).toBeGreaterThanOrEqual(connectedAt);
});
