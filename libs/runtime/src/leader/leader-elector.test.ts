import { describe, expect, test } from '@jest/globals';

import type { Lease } from '@tke/meta';
import { FakeClock } from '@tke/time';

import { RecordingLogger } from '../controller/testing/recording-logger.ts';
import { RuntimeMetrics } from '../metrics/runtime-metrics.ts';
import { metricValue } from '../metrics/testing/metric-value.ts';
import { LeaderElector, type FencingToken, type LeaderElectorSetup } from './leader-elector.ts';
import { microTime } from './lease-record.ts';
import { LeaseServer } from './testing/lease-server.ts';

interface Candidate {
  readonly elector: LeaderElector;
  readonly logger: RecordingLogger;
  readonly stop: AbortController;
  readonly terms: FencingToken[];
  /** `waiting`, `leading`, `ended` or the error that `run` rejected with. */
  outcome: unknown;
  ended: Promise<void>;
}

function setUp() {
  const clock = new FakeClock();
  const server = new LeaseServer();
  const metrics = new RuntimeMetrics({ processDefaults: false });
  const leaderMetrics = metrics.leaderElection('lock');

  const run = (identity: string, options: Partial<LeaderElectorSetup> = {}): Candidate => {
    const logger = new RecordingLogger();
    const setup = { client: server, namespace: 'kube-system', name: 'lock', identity, logger, clock, random: () => 0 };
    const elector = new LeaderElector({ ...setup, metrics: leaderMetrics, ...options });
    const stop = new AbortController();
    const candidate: Candidate = { elector, logger, stop, terms: [], outcome: 'waiting', ended: Promise.resolve() };
    const onElected = (term: FencingToken) => {
      candidate.terms.push(term);
      candidate.outcome = 'leading';
    };
    candidate.ended = elector.run(stop.signal, onElected).then(
      () => void (candidate.outcome = 'ended'),
      (error: unknown) => void (candidate.outcome = error),
    );
    return candidate;
  };
  const metric = (name: string) => metricValue(metrics, name, { name: 'lock' });
  return { clock, server, run, metric };
}

interface AcquireCase {
  readonly name: string;
  readonly lease?: { spec?: Lease['spec'] };
  /** Seconds until it is acquired. */
  readonly after: number;
  readonly requests: readonly string[];
  readonly transitions: number;
}

const acquireCases: readonly AcquireCase[] = [
  { name: 'no object', after: 0, requests: ['get', 'create'], transitions: 0 },
  { name: 'an object without a spec', lease: {}, after: 0, requests: ['get', 'update'], transitions: 1 },
  {
    name: 'a released object',
    lease: { spec: { holderIdentity: '', leaseDurationSeconds: 1, leaseTransitions: 4 } },
    after: 0,
    requests: ['get', 'update'],
    transitions: 5,
  },
  {
    name: 'an object held without a duration',
    lease: { spec: { holderIdentity: 'bing' } },
    after: 0,
    requests: ['get', 'update'],
    transitions: 1,
  },
  {
    name: 'an object held for 3 s and not renewed',
    lease: { spec: { holderIdentity: 'bing', leaseDurationSeconds: 3 } },
    after: 4,
    requests: ['get', 'get', 'get', 'update'],
    transitions: 1,
  },
  {
    name: 'an object of a former process with the same identity',
    lease: { spec: { holderIdentity: 'baz', leaseDurationSeconds: 15, leaseTransitions: 2 } },
    after: 0,
    requests: ['get', 'update'],
    transitions: 3,
  },
];

describe('acquires from', () => {
  test.each(acquireCases)('$name', async ({ lease, after, requests, transitions }) => {
    const { clock, server, run, metric } = setUp();
    if (lease !== undefined) {
      server.put(lease.spec);
    }
    await expect(metric('leader_election_master_status')).resolves.toBe(0);
    const { elector, terms } = run('baz');

    await clock.advance(Math.max(after * 1000 - 1, 0));
    if (after > 0) {
      expect(terms).toEqual([]);
      await clock.advance(1);
    }

    expect(terms).toMatchObject([{ identity: 'baz', transitions }]);
    expect(server.requests).toEqual(requests);
    expect(elector.holder).toBe('baz');
    expect(server.lease?.spec).toMatchObject({
      holderIdentity: 'baz',
      leaseDurationSeconds: 15,
      leaseTransitions: transitions,
    });
    await expect(metric('leader_election_master_status')).resolves.toBe(1);
  });
});

describe('does not acquire', () => {
  test('what another renews, whatever the times in the record say', async () => {
    const { clock, server, run } = setUp();
    const candidate = run('baz');
    const { elector } = candidate;
    for (let second = 0; second < 120; second++) {
      // A holder whose clock is a day behind and stands still.
      const renewTime = microTime(clock.now() - 86_400_000 - second * 1000);
      server.put({ holderIdentity: 'bing', leaseDurationSeconds: 15, renewTime });
      await clock.advance(1000);
    }
    expect(candidate.outcome).toBe('waiting');
    expect(elector.holder).toBe('bing');
    expect(elector.token).toBeUndefined();
    await clock.advance(14_000);
    expect(elector.token).toBeUndefined();
    await clock.advance(3_000);
    expect(elector.token).toMatchObject({ identity: 'baz', transitions: 1 });
  });

  test('early when the record claims to be renewed in the past, or late when in the future', async () => {
    for (const skewMs of [-86_400_000, 86_400_000]) {
      const { clock, server, run } = setUp();
      const renewTime = microTime(clock.now() + skewMs);
      server.put({ holderIdentity: 'bing', leaseDurationSeconds: 15, renewTime });
      const candidate = run('baz');
      await clock.advance(14_999);
      expect(candidate.terms).toHaveLength(0);
      await clock.advance(2_000);
      expect(candidate.terms).toHaveLength(1);
    }
  });

  test('when its own wall clock jumps', async () => {
    const { clock, server, run } = setUp();
    server.put({ holderIdentity: 'bing', leaseDurationSeconds: 15, renewTime: microTime(clock.now()) });
    const candidate = run('baz');
    await clock.advance(5_000);
    clock.setWall(clock.now() + 86_400_000);
    await clock.advance(9_000);
    expect(candidate.terms).toHaveLength(0);
  });

  test('when another was faster', async () => {
    const { clock, server, run } = setUp();
    server.fault = (verb) => {
      if (verb === 'create') {
        server.put({ holderIdentity: 'bing', leaseDurationSeconds: 15 });
      }
      return undefined;
    };
    const candidate = run('baz');
    await clock.advance(10_000);
    expect(candidate.outcome).toBe('waiting');
    expect(candidate.elector.holder).toBe('bing');
  });

  test('while requests fail or hang, and does once they succeed', async () => {
    const { clock, server, run } = setUp();
    let fault: 'refuse' | 'hang' | undefined = 'refuse';
    server.fault = () => fault;
    const candidate = run('baz');
    await clock.advance(10_000);
    fault = 'hang';
    await clock.advance(20_000);
    expect(candidate.outcome).toBe('waiting');
    fault = undefined;
    await clock.advance(7_000);
    expect(candidate.outcome).toBe('leading');
    expect(candidate.logger.at('warn').map(({ message }) => message)).toEqual([
      'Lease request failed',
      'Lease request failed',
    ]);
  });
});

describe('renews', () => {
  test('without reading first, every 2 s', async () => {
    const { clock, server, run, metric } = setUp();
    const { elector } = run('baz');
    await clock.advance(6_000);
    expect(server.requests).toEqual(['get', 'create', 'update', 'update', 'update']);
    expect(server.lease?.spec).toMatchObject({
      acquireTime: '2026-01-01T00:00:00.000000Z',
      renewTime: '2026-01-01T00:00:06.000000Z',
    });
    expect(elector.token).toMatchObject({ identity: 'baz', transitions: 0 });
    await expect(metric('leader_election_slowpath_total')).resolves.toBe(0);
  });

  test('by reading when the optimistic write met a conflict', async () => {
    const { clock, server, run, metric } = setUp();
    const { elector } = run('baz');
    await clock.advance(2_000);
    server.put({ ...server.lease?.spec, renewTime: microTime(0) });
    await clock.advance(2_000);
    expect(server.requests).toEqual(['get', 'create', 'update', 'update', 'get', 'update']);
    await clock.advance(2_000);
    expect(server.requests.at(-1)).toBe('update');
    expect(elector.token?.transitions).toBe(0);
    await expect(metric('leader_election_slowpath_total')).resolves.toBe(1);
  });

  test.each<[string, (server: LeaseServer) => void]>([
    ['was deleted', (server) => (server.lease = undefined)],
    ['was cleared by hand', (server) => server.put({ ...server.lease?.spec, holderIdentity: '' })],
  ])('a Lease that %s within the term', async (_, change) => {
    const { clock, server, run } = setUp();
    server.put({ leaseTransitions: 6 });
    const candidate = run('baz');
    await clock.advance(2_000);
    change(server);
    await clock.advance(2_000);
    expect(server.lease?.spec).toMatchObject({ holderIdentity: 'baz', leaseTransitions: 7 });
    await clock.advance(60_000);
    expect(candidate.outcome).toBe('leading');
    expect(candidate.elector.token).toMatchObject({ identity: 'baz', transitions: 7 });
  });

  test('after a request without an answer', async () => {
    const { clock, server, run } = setUp();
    const candidate = run('baz');
    await clock.advance(1_000);
    const faults: ('hang' | 'lose answer' | undefined)[] = ['hang'];
    server.fault = () => faults.shift();
    await clock.advance(8_000);
    expect(candidate.outcome).toBe('leading');
    faults.push('lose answer');
    await clock.advance(8_000);
    expect(candidate.outcome).toBe('leading');
    await clock.advance(60_000);
    expect(candidate.outcome).toBe('leading');
  });

  test('after some refusals, which are logged once', async () => {
    const { clock, server, run } = setUp();
    const candidate = run('baz');
    await clock.advance(1_000);
    server.fault = () => 'refuse';
    await clock.advance(6_500);
    server.fault = () => undefined;
    await clock.advance(60_000);
    expect(candidate.outcome).toBe('leading');
    expect(candidate.logger.at('warn')).toHaveLength(1);
  });
});

describe('loses leadership', () => {
  test.each(['refuse', 'hang'] as const)('10 s after the last renewal when requests %s', async (fault) => {
    const { clock, server, run, metric } = setUp();
    const candidate = run('baz');
    await clock.advance(2_000);
    server.fault = () => fault;
    await clock.advance(9_999);
    expect(candidate.outcome).toBe('leading');
    expect(candidate.elector.token).toBeDefined();
    await clock.advance(1);
    expect(candidate.outcome).toMatchObject({ code: 'LeadershipLost' });
    expect(candidate.elector.token).toBeUndefined();
    await expect(metric('leader_election_master_status')).resolves.toBe(0);
    expect(clock.pendingTimers).toBe(0);
  });

  test('at the deadline, not at the next try after it', async () => {
    const { clock, server, run } = setUp();
    const candidate = run('baz', { retryPeriodMs: 3_000 });
    await clock.advance(1_000);
    server.fault = () => 'refuse';
    await clock.advance(8_999);
    expect(candidate.outcome).toBe('leading');
    await clock.advance(1);
    expect(candidate.outcome).toMatchObject({ code: 'LeadershipLost' });
  });

  test('at once when the Lease is another’s', async () => {
    const { clock, server, run } = setUp();
    const candidate = run('baz');
    await clock.advance(2_000);
    server.put({ holderIdentity: 'bing', leaseDurationSeconds: 15, leaseTransitions: 1 });
    await clock.advance(2_000);
    expect(candidate.outcome).toMatchObject({ code: 'LeadershipLost', message: 'Lease lock is held by bing' });
    expect(server.lease?.spec?.holderIdentity).toBe('bing');
  });

  test('when another led in between and released', async () => {
    const { clock, server, run } = setUp();
    const candidate = run('baz');
    await clock.advance(2_000);
    server.put({ holderIdentity: '', leaseDurationSeconds: 1, leaseTransitions: 1 });
    await clock.advance(2_000);
    expect(candidate.outcome).toMatchObject({ code: 'LeadershipLost', message: 'Lease lock is held by nobody' });
  });

  test('before it sends anything when the process stood still too long', async () => {
    const { clock, server, run } = setUp();
    const candidate = run('baz');
    await clock.advance(2_000);
    const before = server.requests.length;
    freeze(clock, 20_000);
    expect(candidate.elector.token).toBeUndefined();
    await clock.advance(2_000);
    expect(candidate.outcome).toMatchObject({
      code: 'LeadershipLost',
      message: 'Lease lock could not be renewed within 10 s: the process stood still',
    });
    expect(server.requests).toHaveLength(before);
  });

  test('is not elected when it stood still while it acquired', async () => {
    const { clock, server, run } = setUp();
    server.fault = () => (freeze(clock, 11_000), undefined);
    const candidate = run('baz', { renewDeadlineMs: 10_000 });
    await clock.advance(0);
    expect(candidate.outcome).toMatchObject({ code: 'LeadershipLost' });
    expect(candidate.terms).toEqual([]);
  });
});

describe('release', () => {
  test('leaves an empty holder and 1 s, and the next one takes over at its next try', async () => {
    const { clock, server, run } = setUp();
    const first = run('baz');
    await clock.advance(1_000);
    const second = run('bing');
    await clock.advance(4_000);
    expect(second.outcome).toBe('waiting');

    first.stop.abort();
    await clock.advance(0);
    expect(first.outcome).toBe('ended');
    expect(server.lease?.spec).toEqual({
      holderIdentity: '',
      leaseDurationSeconds: 1,
      leaseTransitions: 0,
      acquireTime: '2026-01-01T00:00:05.000000Z',
      renewTime: '2026-01-01T00:00:05.000000Z',
    });

    await clock.advance(2_000);
    expect(second.terms).toMatchObject([{ identity: 'bing', transitions: 1 }]);
  });

  test('writes over the version that is there, not the one last seen', async () => {
    const { clock, server, run } = setUp();
    const { stop, ended } = run('baz');
    await clock.advance(2_000);
    server.put({ ...server.lease?.spec, renewTime: microTime(0) });
    stop.abort();
    await ended;
    expect(server.lease?.spec?.holderIdentity).toBe('');
  });

  test.each(['hang', 'lose answer'] as const)(
    'happens when the stop comes during a renewal that will %s',
    async (fault) => {
      const { clock, server, run } = setUp();
      const { stop, ended } = run('baz');
      await clock.advance(1_000);
      server.fault = () => fault;
      await clock.advance(1_000);
      server.fault = () => undefined;
      stop.abort();
      await ended;
      expect(server.lease?.spec?.holderIdentity).toBe('');
    },
  );

  test('does not touch what is another’s', async () => {
    const { clock, server, run } = setUp();
    const candidate = run('baz');
    await clock.advance(1_000);
    server.put({ holderIdentity: 'bing', leaseDurationSeconds: 15, leaseTransitions: 1 });
    candidate.stop.abort();
    await candidate.ended;
    expect(candidate.outcome).toBe('ended');
    expect(server.lease?.spec?.holderIdentity).toBe('bing');
  });

  test('does not happen while what the Lease guards still runs', async () => {
    const { clock, server, run } = setUp();
    const { stop, ended } = run('baz', { mayRelease: () => false });
    await clock.advance(1_000);
    stop.abort();
    await ended;
    expect(server.lease?.spec?.holderIdentity).toBe('baz');
  });

  test('a failure is not an error of the stop', async () => {
    const { clock, server, run } = setUp();
    const candidate = run('baz');
    await clock.advance(1_000);
    server.fault = () => 'hang';
    candidate.stop.abort();
    await clock.advance(10_000);
    await candidate.ended;
    expect(candidate.outcome).toBe('ended');
  });

  test('a candidate that never led ends without a trace', async () => {
    const { clock, server, run } = setUp();
    server.put({ holderIdentity: 'bing', leaseDurationSeconds: 15 });
    const candidate = run('baz');
    await clock.advance(1_000);
    candidate.stop.abort();
    await candidate.ended;
    expect(candidate.outcome).toBe('ended');
    expect(server.requests).toEqual(['get']);
    expect(clock.pendingTimers).toBe(0);
  });
});

test('candidates try again at times that differ, within 1 to 2.2 periods', async () => {
  for (const [random, afterMs] of [
    [0, 2_000],
    [0.5, 3_200],
    [1 - Number.EPSILON, 4_400],
  ] as const) {
    const { clock, server, run } = setUp();
    server.put({ holderIdentity: 'bing', leaseDurationSeconds: 15 });
    run('baz', { random: () => random });
    await clock.advance(afterMs - 1);
    expect(server.requests).toHaveLength(1);
    await clock.advance(1);
    expect(server.requests).toHaveLength(2);
  }
});

test('at most one of many candidates leads at any time, through crashes and restarts', async () => {
  const { clock, run } = setUp();
  const candidates = Array.from({ length: 5 }, (_, index) => run(`candidate-${index}`, { random: () => index / 5 }));
  const tokens: string[] = [];
  for (let second = 0; second < 200; second++) {
    await clock.advance(1000);
    const leading = candidates.flatMap(({ elector }) => elector.token ?? []);
    expect(leading.length).toBeLessThanOrEqual(1);
    tokens.push(...leading.map(({ transitions }) => String(transitions)));
    if (second % 40 === 20) {
      candidates.find(({ outcome }) => outcome === 'leading')?.stop.abort();
    }
  }
  expect([...new Set(tokens)]).toEqual(['0', '1', '2', '3', '4']);
});

describe('check', () => {
  test('fails when the Lease is long expired and the process still believes to lead', async () => {
    const { clock, run } = setUp();
    const candidate = run('baz');
    const other = run('bing');
    expect(() => candidate.elector.check(20_000)).not.toThrow();
    await clock.advance(1_000);
    expect(() => candidate.elector.check(20_000)).not.toThrow();
    freeze(clock, 34_000);
    expect(() => candidate.elector.check(20_000)).not.toThrow();
    freeze(clock, 2_000);
    expect(() => candidate.elector.check(20_000)).toThrow('Lease lock was not renewed for 37000 ms');
    expect(() => other.elector.check(20_000)).not.toThrow();
  });
});

describe('configuration', () => {
  test.each([
    [{ leaseDurationMs: 10_000 }, 'leaseDurationMs 10000 must be greater than renewDeadlineMs 10000'],
    [{ renewDeadlineMs: 2_400 }, 'renewDeadlineMs 2400 must be greater than retryPeriodMs 2000 times 1.2'],
    [{ retryPeriodMs: 0 }, 'retryPeriodMs 0 must be greater than 0'],
    [{ leaseDurationMs: 15_500 }, 'leaseDurationMs 15500 must be whole seconds, as the Lease holds them'],
    [{ identity: '' }, 'identity must not be empty'],
  ])('%j is refused', (options, problem) => {
    const { run } = setUp();
    expect(() => run('baz', options)).toThrow(`leader election kube-system/lock: ${problem}`);
  });

  test('each process has an identity of its own', () => {
    const server = new LeaseServer();
    const setup = { client: server, namespace: 'kube-system', name: 'lock', logger: new RecordingLogger() };
    const [a, b] = [new LeaderElector(setup), new LeaderElector(setup)];
    expect(a.identity).toMatch(/^.+_[0-9a-f-]{36}$/);
    expect(a.identity).not.toBe(b.identity);
  });
});

/** Lets time pass without any timer firing, as SIGSTOP does. */
function freeze(clock: FakeClock, durationMs: number): void {
  const frozenAt = clock.monotonic();
  clock.monotonic = () => frozenAt + durationMs;
}
