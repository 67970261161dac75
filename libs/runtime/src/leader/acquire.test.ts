import { describe, expect, test } from '@jest/globals';

import type { Lease } from '@tke/meta';

import { microTime } from './lease-record.ts';
import { setUp } from './testing/candidates.ts';

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
