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

test('certificates on hosts that have ended are found, and renewed, while no API server answers', async () => {
  const clock = new FakeClock();
  const ended = new Date(clock.now() - 1000).toISOString();
  const scope = testScope({ spec: { machines: machines(ip) } });
  scope.host(ip).answer = () => ({
    stdout: JSON.stringify({ certificates: [{ name: 'apiserver', expirationDate: ended }] }),
  });
  const draft = {
    generation: 1,
    object: { ...scope.cluster, status: {} as Status },
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
  } as unknown as OperationTools;
  const { signal } = new AbortController();
  await operateCluster(tools, { draft, signal, log: discardLogger } as unknown as ClusterPass);
  const { certificates, conditions } = draft.object.status;
  expect(certificates).toMatchObject([{ name: `apiserver on ${ip}` }]);
  expect(conditions).toMatchObject([{ type: 'CertificatesRenewed', reason: 'Renewed' }]);
});
