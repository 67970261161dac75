import { describe, expect, test } from '@jest/globals';

import { microTime } from './lease-record.ts';
import { setUp } from './testing/candidates.ts';

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
