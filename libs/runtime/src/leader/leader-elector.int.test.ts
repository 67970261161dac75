import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';

import { sharedControlPlane, uniqueName, waitFor } from '@tke/envtest';
import { connect, type Client } from '@tke/kube-client';
import { discardLogger } from '@tke/log';
import { compareResourceVersions, coreKinds, type Lease } from '@tke/meta';

import { RuntimeMetrics } from '../metrics/runtime-metrics.ts';
import { metricValue } from '../metrics/testing/metric-value.ts';
import { LeaderElector, type FencingToken, type LeaderElectorSetup } from './leader-elector.ts';
import { microTime } from './lease-record.ts';
import type { LeaseClient } from './lease-lock.ts';

const fast = { leaseDurationMs: 2_000, renewDeadlineMs: 1_200, retryPeriodMs: 200 };
const namespace = 'default';

interface Candidate {
  readonly elector: LeaderElector;
  readonly elected: Promise<FencingToken>;
  /** Settles as `run` does. */
  readonly ended: Promise<void>;
  readonly stop: AbortController;
}

let client: Client;
let candidates: Candidate[] = [];

beforeAll(async () => {
  const { kubeconfigPath } = await sharedControlPlane();
  client = await connect({ kubeconfig: kubeconfigPath, userAgent: 'runtime-test', logger: discardLogger });
});

afterEach(async () => {
  candidates.forEach(({ stop }) => stop.abort());
  await Promise.allSettled(candidates.map(({ ended }) => ended));
  candidates = [];
});

afterAll(() => client.close());

function run(name: string, identity: string, options: Partial<LeaderElectorSetup> = {}): Candidate {
  const elector = new LeaderElector({ client, namespace, name, identity, logger: discardLogger, ...fast, ...options });
  const stop = new AbortController();
  const elected = Promise.withResolvers<FencingToken>();
  const ended = elector.run(stop.signal, elected.resolve);
  ended.catch(() => undefined);
  const candidate = { elector, elected: elected.promise, ended, stop };
  candidates.push(candidate);
  return candidate;
}

/** A client whose requests find no answer any more after `cut`. */
function cuttable(): { client: LeaseClient; cut: () => void } {
  let isCut = false;
  const unlessCut = <T>(request: () => Promise<T>): Promise<T> => (isCut ? new Promise(() => undefined) : request());
  return {
    client: {
      get: (...args) => unlessCut(() => client.get(...args)),
      create: (...args) => unlessCut(() => client.create(...args)),
      update: (...args) => unlessCut(() => client.update(...args)),
    },
    cut: () => (isCut = true),
  };
}

function readLease(name: string): Promise<Lease> {
  return client.get(coreKinds.lease, { namespace, name });
}

test('the second takes over at its next try when the first stops, long before the lease is over', async () => {
  const name = uniqueName('lock');
  const times = { leaseDurationMs: 30_000, renewDeadlineMs: 20_000, retryPeriodMs: 200 };
  const first = run(name, 'first', times);
  await expect(first.elected).resolves.toMatchObject({ identity: 'first', transitions: 0 });
  const second = run(name, 'second', times);
  await waitFor(() => second.elector.holder === 'first', { description: 'the second saw the first' });

  first.stop.abort();
  await first.ended;

  const releasedAt = performance.now();
  await expect(second.elected).resolves.toMatchObject({ identity: 'second', transitions: 1 });
  expect(performance.now() - releasedAt).toBeLessThan(1_500);
  const { spec } = await readLease(name);
  expect(spec).toMatchObject({ holderIdentity: 'second', leaseDurationSeconds: 30, leaseTransitions: 1 });
  expect(spec?.renewTime).toMatch(/\.\d{6}Z$/);
});

test('the second takes over after the lease duration when the first is cut off, which has given up before', async () => {
  const name = uniqueName('lock');
  const connection = cuttable();
  const first = run(name, 'first', { client: connection.client });
  await first.elected;
  const second = run(name, 'second');
  await waitFor(() => second.elector.holder === 'first', { description: 'the second saw the first' });

  const cutAt = performance.now();
  connection.cut();
  await expect(first.ended).rejects.toMatchObject({ code: 'LeadershipLost' });
  expect(performance.now() - cutAt).toBeLessThan(fast.leaseDurationMs);
  expect(second.elector.token).toBeUndefined();

  await expect(second.elected).resolves.toMatchObject({ identity: 'second', transitions: 1 });
  expect(performance.now() - cutAt).toBeGreaterThan(fast.renewDeadlineMs);
  expect(first.elector.token).toBeUndefined();
});

test.each([-86_400_000, 86_400_000])(
  'a holder whose clock is off by %d ms keeps the lease for as long as it says',
  async (skewMs) => {
    const name = uniqueName('lock');
    const time = microTime(Date.now() + skewMs);
    const spec = {
      holderIdentity: 'skewed',
      leaseDurationSeconds: 2,
      acquireTime: time,
      renewTime: time,
      leaseTransitions: 3,
    };
    await client.create(coreKinds.lease, {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { namespace, name },
      spec,
    });
    const startedAt = performance.now();

    const candidate = run(name, 'candidate');

    await expect(candidate.elected).resolves.toMatchObject({ identity: 'candidate', transitions: 4 });
    expect(performance.now() - startedAt).toBeGreaterThan(2_000);
  },
);

test('a foreign write to the Lease costs one conflict, not the leadership', async () => {
  const name = uniqueName('lock');
  const metrics = new RuntimeMetrics({ processDefaults: false });
  const leader = run(name, 'leader', { metrics: metrics.leaderElection(name) });
  await leader.elected;

  await client.patch(
    coreKinds.lease,
    { namespace, name },
    { type: 'merge', body: { metadata: { labels: { touched: 'yes' } } } },
  );

  const slowPaths = () => metricValue(metrics, 'leader_election_slowpath_total', { name });
  await waitFor(async () => (await slowPaths()) === 1, { description: 'the leader met the conflict' });
  const before = (await readLease(name)).spec?.renewTime;
  await waitFor(async () => (await readLease(name)).spec?.renewTime !== before, { description: 'the leader renews' });
  expect(leader.elector.token).toMatchObject({ identity: 'leader', transitions: 0 });
  expect((await readLease(name)).metadata.labels).toEqual({ touched: 'yes' });
});

test('a later term has the greater token, also when the Lease was deleted in between', async () => {
  const name = uniqueName('lock');
  const first = run(name, 'first');
  const { version } = await first.elected;
  first.stop.abort();
  await first.ended;
  await client.delete(coreKinds.lease, { namespace, name });

  const second = await run(name, 'second').elected;

  expect(second.transitions).toBe(0);
  expect(compareResourceVersions(second.version, version)).toBe(1);
});

test('of ten that start together one leads', async () => {
  const name = uniqueName('lock');
  const all = Array.from({ length: 10 }, (_, index) => run(name, `candidate-${index}`));
  const leader = await Promise.race(all.map(({ elected }) => elected));
  await waitFor(() => all.every(({ elector }) => elector.holder === leader.identity), {
    description: 'all see the leader',
  });
  expect(all.flatMap(({ elector }) => elector.token ?? [])).toEqual([leader]);
});
