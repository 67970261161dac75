import { expect, test } from '@jest/globals';

import type { Cluster } from '@tke/api-platform';
import { discardLogger } from '@tke/log';
import { FakeClock } from '@tke/time';

import type { ClusterPass } from '../cluster/provider.ts';
import type { StatusChange } from '../objects/status-draft.ts';
import { AuthorizationKeeper } from '../renewal/authorization-keeper.ts';
import { CertificateInventory } from '../renewal/certificate-inventory.ts';
import { CertificateKeeper } from '../renewal/certificate-keeper.ts';
import { machines, testScope } from '../steps/testing/scope.ts';
import { operateCluster, type OperationTools } from './operate-cluster.ts';

const ip = '10.0.0.11';
type Status = NonNullable<Cluster['status']>;

/** A cluster that is built, of one host, and what a pass over it needs. */
function world(part: Partial<OperationTools> = {}) {
  const clock = new FakeClock();
  const scope = testScope({ spec: { machines: machines(ip) } });
  const draft = {
    generation: 1,
    object: { ...scope.cluster, status: { hosts: [{ ip }] } as Status },
    update(change: (status: Status) => StatusChange<Cluster>) {
      this.object = { ...this.object, status: { ...this.object.status, ...change(this.object.status) } as Status };
      return Promise.resolve();
    },
  };
  const tools = {
    clock,
    members: { get: () => undefined },
    certificates: new CertificateKeeper({
      inventory: new CertificateInventory(clock),
      pushes: new AuthorizationKeeper(clock),
      authorizations: undefined,
    }),
    scopes: { clusterHosts: () => ({}), forHosts: () => scope, forRenewal: () => Promise.resolve(scope) },
    runner: { advance: () => Promise.resolve({ state: {}, outcome: { kind: 'done' } }) },
    logins: { seenBy: () => ({ isMended: false, note: () => undefined }) },
    ...part,
  } as unknown as OperationTools;
  const { signal } = new AbortController();
  const pass = { draft, signal, log: discardLogger } as unknown as ClusterPass;
  return { clock, host: scope.host(ip), draft, operate: () => operateCluster(tools, pass) };
}

test('certificates on hosts that have ended are found, and renewed, while no API server answers', async () => {
  const { clock, host, draft, operate } = world();
  const ended = new Date(clock.now() - 1000).toISOString();
  host.answer = () => ({
    stdout: JSON.stringify({ certificates: [{ name: 'apiserver', expirationDate: ended }] }),
  });
  await operate();
  const { certificates, conditions } = draft.object.status;
  expect(certificates).toMatchObject([{ name: `apiserver on ${ip}` }]);
  expect(conditions).toMatchObject([{ type: 'CertificatesRenewed', reason: 'Renewed' }]);
});

test('what begins to answer while it is looked at is not Ready before anything is known of it', async () => {
  const member = { health: { state: 'Unknown' } };
  const observe = () => {
    const known = member.health.state === 'Healthy' ? { version: '1.36.3' } : {};
    member.health = { state: 'Healthy' };
    return Promise.resolve({ fields: known, conditions: [] });
  };
  const keeper = { keep: () => Promise.resolve(undefined), check: () => Promise.resolve(undefined) };
  const { operate } = world({
    ...{ members: { get: () => member }, observer: { observe }, routes: keeper, membership: keeper },
    cache: { list: () => [] },
  } as unknown as Partial<OperationTools>);
  expect((await operate()).outcome).toMatchObject({ kind: 'progressing', reason: 'Connecting' });
  expect((await operate()).outcome).toMatchObject({ kind: 'ready', message: expect.stringContaining('1.36.3') });
});

test.each([
  ['True', 60_000],
  ['False', 15_000],
])('a control plane whose health is %s is looked at again after %i ms', async (status, requeueAfterMs) => {
  const condition = { type: 'ControlPlaneHealthy', status, reason: 'Seen', message: '' };
  const { operate } = world({
    members: { get: () => ({ health: { state: 'Suspect' } }) },
    observer: { observe: () => Promise.resolve({ fields: {}, conditions: [condition] }) },
  } as unknown as Partial<OperationTools>);
  expect(await operate()).toMatchObject({ requeueAfterMs });
});

test('what is known to be old is looked at again as soon as it may be', async () => {
  const { operate } = world({
    members: { get: () => ({ health: { state: 'Suspect' } }) },
    observer: { observe: () => Promise.resolve({ fields: {}, conditions: [], lookAgainInMs: 4_000 }) },
  } as unknown as Partial<OperationTools>);
  expect(await operate()).toMatchObject({ requeueAfterMs: 4_000 });
});
