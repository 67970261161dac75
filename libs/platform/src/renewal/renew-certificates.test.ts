import { expect, test } from '@jest/globals';

import type { Cluster } from '@tke/api-platform';
import { discardLogger } from '@tke/log';
import type { PlanOutcome } from '@tke/plan';
import { FakeClock } from '@tke/time';

import type { ClusterPass } from '../cluster/provider.ts';
import type { StatusChange } from '../objects/status-draft.ts';
import { machines, testScope } from '../steps/testing/scope.ts';
import { renewCertificates, type RenewalTools } from './renew-certificates.ts';

type Status = NonNullable<Cluster['status']>;

/** One pass over a cluster with this status, whose plan comes to this. */
async function pass(status: Status, outcome: PlanOutcome) {
  const clock = new FakeClock();
  const scope = testScope({ spec: { machines: machines('10.0.0.11') } });
  const draft = {
    generation: 1,
    object: { ...scope.cluster, status },
    update(change: (status: Status) => StatusChange<Cluster>) {
      this.object = { ...this.object, status: { ...this.object.status, ...change(this.object.status) } as Status };
      return Promise.resolve();
    },
  };
  const tools = {
    clock,
    scopes: { clusterHosts: () => ({}), forRenewal: () => Promise.resolve(scope) },
    runner: { advance: () => Promise.resolve({ state: {}, outcome }) },
    logins: { seenBy: () => ({ isMended: false, note: () => undefined }) },
  } as unknown as RenewalTools;
  const { signal } = new AbortController();
  const renewal = await renewCertificates(tools, { draft, signal, log: discardLogger } as unknown as ClusterPass);
  return { renewal, conditions: draft.object.status.conditions };
}

const condition = (status: 'True' | 'False') => ({
  ...{ type: 'CertificatesRenewed', status, reason: 'X', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' },
});
const underWay: Status['plan'] = { operation: 'Renew', completed: 0, total: 4 };
const stalled: PlanOutcome = { kind: 'stalled', error: new Error('the disk is full'), afterMs: 2000 };

test('a host that waits for its user has the others looked at no more often than the cluster', async () => {
  const { renewal, conditions } = await pass({ plan: underWay }, stalled);
  expect(renewal).toEqual({});
  expect(conditions).toMatchObject([{ status: 'False', message: expect.stringContaining('the disk is full') }]);
});

test('what had failed is told until nothing is to be renewed any more, what was renewed for ever', async () => {
  expect((await pass({ conditions: [condition('False')] }, stalled)).conditions).toEqual([]);
  expect((await pass({ conditions: [condition('True')] }, stalled)).conditions).toEqual([condition('True')]);
});
