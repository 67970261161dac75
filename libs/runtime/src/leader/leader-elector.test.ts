import { describe, expect, test } from '@jest/globals';

import { RecordingLogger } from '@tke/log/testing';
import { LeaderElector } from './leader-elector.ts';
import { microTime } from './lease-record.ts';
import { freeze, setUp } from './testing/candidates.ts';
import { LeaseServer } from './testing/lease-server.ts';

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
