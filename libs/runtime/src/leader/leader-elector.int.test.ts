import { setImmediate as nextLoopTurn } from 'node:timers/promises';

import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';

import { sharedControlPlane, uniqueName } from '@tke/envtest';
import { connect, type Client } from '@tke/kube-client';
import { discardLogger } from '@tke/log';
import { compareResourceVersions, coreKinds, type Lease } from '@tke/meta';
import { FakeClock } from '@tke/time';

import { RuntimeMetrics } from '../metrics/runtime-metrics.ts';
import { metricValue } from '../metrics/testing/metric-value.ts';
import { LeaderElector, type FencingToken, type LeaderElectorSetup } from './leader-elector.ts';
import { microTime } from './lease-record.ts';
import type { LeaseClient } from './lease-lock.ts';

jest.setTimeout(120_000);

const times = { leaseDurationMs: 15_000, renewDeadlineMs: 10_000, retryPeriodMs: 2_000 };
/** The longest between two tries of a candidate. */
const longestRetryMs = 2.2 * times.retryPeriodMs;
const stepMs = 100;
const namespace = 'default';

interface Candidate {
  readonly elector: LeaderElector;
  readonly elected: Promise<FencingToken>;
  /** Settles as `run` does. */
  readonly ended: Promise<void>;
  readonly stop: AbortController;
}

let client: Client;
let clock: FakeClock;
let candidates: Candidate[] = [];

beforeAll(async () => {
  const { kubeconfigPath } = await sharedControlPlane();
  client = await connect({ kubeconfig: kubeconfigPath, userAgent: 'runtime-test', logger: discardLogger });
});

beforeEach(() => {
  clock = new FakeClock();
});

afterEach(async () => {
  candidates.forEach(({ stop }) => stop.abort());
  await Promise.allSettled(candidates.map(({ ended }) => ended));
  candidates = [];
});

afterAll(() => client.close());

function run(name: string, identity: string, options: Partial<LeaderElectorSetup> = {}): Candidate {
  const setup = { client: cuttable().client, namespace, name, identity, logger: discardLogger, clock, ...times };
  const elector = new LeaderElector({ ...setup, ...options });
  const stop = new AbortController();
  const elected = Promise.withResolvers<FencingToken>();
  const ended = elector.run(stop.signal, elected.resolve);
  ended.catch(() => undefined);
  const candidate = { elector, elected: elected.promise, ended, stop };
  candidates.push(candidate);
  return candidate;
}

/** Requests of candidates under way. The server is real, the time is not: it stands still until they are answered. */
const underWay = new Set<Promise<unknown>>();

function awaited<T>(request: Promise<T>): Promise<T> {
  underWay.add(request);
  const done = () => void underWay.delete(request);
  request.then(done, done);
  return request;
}

/** A client whose requests find no answer any more after `cut`. */
function cuttable(): { client: LeaseClient; cut: () => void } {
  let isCut = false;
  const unlessCut = <T>(request: () => Promise<T>): Promise<T> =>
    isCut ? new Promise(() => undefined) : awaited(request());
  return {
    client: {
      get: (...args) => unlessCut(() => client.get(...args)),
      create: (...args) => unlessCut(() => client.create(...args)),
      update: (...args) => unlessCut(() => client.update(...args)),
    },
    cut: () => (isCut = true),
  };
}

async function answers(): Promise<void> {
  do {
    await Promise.allSettled(underWay);
    await nextLoopTurn();
  } while (underWay.size > 0);
}

/** Lets time pass until something is so. */
async function eventually(condition: () => unknown, description: string): Promise<void> {
  await answers();
  for (let waitedMs = 0; !(await condition()); waitedMs += stepMs) {
    if (waitedMs > 60_000) {
      throw new Error(`${description}: not within a minute of the clock`);
    }
    await clock.advance(stepMs);
    await answers();
  }
}

/** The instant of the clock at which the candidate was elected. */
async function electionOf({ elected, elector }: Candidate): Promise<number> {
  let at: number | undefined;
  void elected.then(() => (at = clock.monotonic()));
  await eventually(() => at !== undefined, `${elector.identity} is elected`);
  return at ?? NaN;
}

function readLease(name: string): Promise<Lease> {
  return client.get(coreKinds.lease, { namespace, name });
}

test('the second takes over at its next try when the first stops, long before the lease is over', async () => {
  const name = uniqueName('lock');
  const first = run(name, 'first');
  await expect(first.elected).resolves.toMatchObject({ identity: 'first', transitions: 0 });
  const second = run(name, 'second');
  await eventually(() => second.elector.holder === 'first', 'the second saw the first');

  first.stop.abort();
  await first.ended;

  const releasedAt = clock.monotonic();
  expect((await electionOf(second)) - releasedAt).toBeLessThanOrEqual(longestRetryMs + stepMs);
  await expect(second.elected).resolves.toMatchObject({ identity: 'second', transitions: 1 });
  const { spec } = await readLease(name);
  expect(spec).toMatchObject({ holderIdentity: 'second', leaseDurationSeconds: 15, leaseTransitions: 1 });
  expect(spec?.renewTime).toMatch(/\.\d{6}Z$/);
});

test('the second takes over after the lease duration when the first is cut off, which has given up before', async () => {
  const name = uniqueName('lock');
  const connection = cuttable();
  const first = run(name, 'first', { client: connection.client });
  await first.elected;
  const second = run(name, 'second');
  await eventually(() => second.elector.holder === 'first', 'the second saw the first');

  await answers();
  connection.cut();
  const cutAt = clock.monotonic();
  let gaveUpAt = NaN;
  first.ended.catch(() => (gaveUpAt = clock.monotonic()));
  const electedAt = await electionOf(second);
  expect(gaveUpAt - cutAt).toBeLessThanOrEqual(times.renewDeadlineMs);
  expect(electedAt - cutAt).toBeGreaterThan(times.leaseDurationMs - times.retryPeriodMs);
  await expect(first.ended).rejects.toMatchObject({ code: 'LeadershipLost' });
  await expect(second.elected).resolves.toMatchObject({ identity: 'second', transitions: 1 });
  expect(first.elector.token).toBeUndefined();
});

test.each([-86_400_000, 86_400_000])(
  'a holder whose clock is off by %d ms keeps the lease for as long as it says',
  async (skewMs) => {
    const name = uniqueName('lock');
    const time = microTime(clock.now() + skewMs);
    const spec = {
      holderIdentity: 'skewed',
      leaseDurationSeconds: 30,
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

    const candidate = run(name, 'candidate');

    const electedAt = await electionOf(candidate);
    expect(electedAt).toBeGreaterThanOrEqual(30_000);
    expect(electedAt).toBeLessThanOrEqual(30_000 + longestRetryMs + stepMs);
    await expect(candidate.elected).resolves.toMatchObject({ identity: 'candidate', transitions: 4 });
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
  await eventually(async () => (await slowPaths()) === 1, 'the leader met the conflict');
  const before = (await readLease(name)).spec?.renewTime;
  await eventually(async () => (await readLease(name)).spec?.renewTime !== before, 'the leader renews');
  await expect(slowPaths()).resolves.toBe(1);
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
  await eventually(() => all.every(({ elector }) => elector.holder === leader.identity), 'all see the leader');
  expect(all.flatMap(({ elector }) => elector.token ?? [])).toEqual([leader]);
});
