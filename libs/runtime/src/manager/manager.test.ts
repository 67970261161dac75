import { describe, expect, test } from '@jest/globals';

import type { Client } from '@tke/kube-client';
import { FakeClock } from '@tke/time';

import { Cache } from '../cache/cache.ts';
import { ScriptedReader } from '../cache/testing/scripted-reader.ts';
import { streamOf, widget } from '../cache/testing/widgets.ts';
import { controllerFor } from '../controller/builder.ts';
import { RecordingLogger } from '@tke/log/testing';
import { LeaseServer } from '../leader/testing/lease-server.ts';
import { RuntimeMetrics } from '../metrics/runtime-metrics.ts';
import { Manager, type ManagerOptions } from './manager.ts';
import type { Runnable } from './runnable.ts';

const election = { namespace: 'kube-system', name: 'lock', identity: 'us' };

/** Notes when it starts and ends, and ends `takesMs` after its signal. */
function recording(name: string, story: string[], clock: FakeClock, takesMs = 0, leaderOnly = false): Runnable {
  return {
    name,
    leaderOnly,
    async start(signal) {
      story.push(`+${name}`);
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      story.push(`~${name}`);
      await clock.sleep(takesMs);
      story.push(`-${name}`);
    },
  };
}

function setUp(options: Partial<ManagerOptions> = {}) {
  const clock = new FakeClock();
  const logger = new RecordingLogger();
  const reader = new ScriptedReader();
  const server = new LeaseServer();
  const story: string[] = [];
  const record = (name: string, takesMs?: number, leaderOnly?: boolean) =>
    recording(name, story, clock, takesMs, leaderOnly);
  const cache = new Cache({ reader, logger, clock });
  const manager = new Manager({
    client: server as unknown as Client,
    cache,
    logger,
    clock,
    random: () => 0,
    metrics: new RuntimeMetrics({ processDefaults: false }),
    recorder: { ...record('recorder'), event: () => undefined },
    ...options,
  });
  const stop = new AbortController();
  let outcome: unknown = 'running';
  const start = () =>
    manager.start(stop.signal).then(
      () => void (outcome = 'ended'),
      (error: unknown) => void (outcome = error),
    );
  return { clock, logger, reader, server, story, record, cache, manager, stop, start, outcome: () => outcome };
}

describe('order', () => {
  test('starts servers, webhooks, caches, others, leader work; stops others, leader work, caches, webhooks, servers', async () => {
    const { clock, story, record, manager, stop, start, server } = setUp({ leaderElection: election });
    manager.add(record('leader', 0, true));
    manager.add(record('other'));
    manager.add(record('cache'), 'cache');
    manager.add(record('webhook'), 'webhook');
    manager.add(record('server'), 'server');

    const ended = start();
    await clock.advance(100);
    expect(story).toEqual(['+recorder', '+server', '+webhook', '+cache', '+other', '+leader']);

    story.length = 0;
    server.fault = (verb) => {
      story.push(`lease ${verb}`);
      return undefined;
    };
    stop.abort();
    await clock.advance(0);
    await ended;
    const ends = story.filter((line) => !line.startsWith('~'));
    expect(ends).toEqual(['-other', '-leader', '-cache', '-webhook', '-server', 'lease update', '-recorder']);
    expect(server.lease?.spec?.holderIdentity).toBe('');
  });

  test('a group waits until the one before it may be relied on', async () => {
    const { clock, reader, cache, story, record, manager, stop, start } = setUp();
    const stream = streamOf('10');
    const synced = Promise.withResolvers<undefined>();
    reader.answerAlways(() => stream);
    cache.informer(widget);
    manager.add(record('other'));
    manager.add({ ...record('slow-webhook'), waitForSync: () => synced.promise }, 'webhook');

    const ended = start();
    await clock.advance(1000);
    expect(story).toEqual(['+recorder', '+slow-webhook']);
    expect(cache.synced).toBe(false);

    synced.resolve(undefined);
    await clock.advance(1000);
    expect(cache.synced).toBe(true);
    expect(story.at(-1)).toBe('+other');
    stop.abort();
    await clock.advance(0);
    await ended;
  });

  test('a cache that does not fill in time is an error', async () => {
    const { clock, cache, manager, story, record, start, outcome } = setUp();
    cache.informer(widget); // The server never answers.
    manager.add(record('other'));
    const ended = start();
    await clock.advance(119_999);
    expect(outcome()).toBe('running');
    await clock.advance(1);
    await ended;
    expect(outcome()).toMatchObject({ code: 'StartTimedOut', message: 'not ready after 120 s: cache' });
    expect(story).not.toContain('+other');
  });

  test('a stop during the start ends what has started and starts nothing more', async () => {
    const { clock, story, record, cache, manager, stop, start, outcome } = setUp();
    cache.informer(widget); // The server never answers.
    manager.add(record('webhook'), 'webhook');
    manager.add(record('other'));
    const ended = start();
    await clock.advance(1000);
    stop.abort();
    await clock.advance(0);
    await ended;
    expect(story.filter((line) => line.endsWith('other'))).toEqual([]);
    expect(story).toContain('-webhook');
    expect(outcome()).toBe('ended');
  });

  test('what is added while it runs starts at once', async () => {
    const { clock, story, record, manager, stop, start } = setUp();
    const ended = start();
    await clock.advance(0);
    manager.add(record('late'));
    manager.add(record('late-leader', 0, true));
    await clock.advance(0);
    expect(story).toEqual(['+recorder', '+late', '+late-leader']);
    stop.abort();
    await clock.advance(0);
    await ended;
    expect(() => manager.add(record('too-late'))).toThrow('too-late cannot be added: the manager is stopping');
  });
});

describe('errors', () => {
  test('the first error of a runnable stops all, and the start rejects with it', async () => {
    const { clock, story, record, manager, start, outcome, logger } = setUp();
    manager.add(record('other'));
    manager.add({ name: 'bad', start: () => clock.sleep(500).then(() => Promise.reject(new Error('first'))) });
    manager.add({ name: 'worse', start: () => clock.sleep(500).then(() => Promise.reject(new Error('second'))) });
    const ended = start();
    await clock.advance(500);
    await ended;
    expect(outcome()).toMatchObject({ message: 'first' });
    expect(story).toContain('-other');
    const failures = logger.lines.filter(({ fields }) => fields.error !== undefined);
    expect(failures.map(({ level, fields }) => [level, fields.runnable])).toEqual([
      ['error', 'bad'],
      ['warn', 'worse'],
    ]);
  });

  test('an error after the stop began is logged, not returned', async () => {
    const { clock, manager, stop, start, outcome, logger } = setUp();
    const failing = (signal: AbortSignal) =>
      new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(new Error('on the way out'))));
    const obedient = (signal: AbortSignal) =>
      new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
    manager.add({ name: 'failing', start: failing });
    manager.add({ name: 'obedient', start: obedient });
    const ended = start();
    await clock.advance(0);
    stop.abort();
    await clock.advance(0);
    await ended;
    expect(outcome()).toBe('ended');
    expect(logger.at('warn').map(({ fields }) => fields.runnable)).toEqual(['failing']);
  });

  test('a runnable that throws at once is an error like any other', async () => {
    const { clock, manager, start, outcome } = setUp();
    manager.add({
      name: 'bad',
      start: () => {
        throw new Error('at once');
      },
    });
    const ended = start();
    await clock.advance(0);
    await ended;
    expect(outcome()).toMatchObject({ message: 'at once' });
  });

  test('a runnable that ends by itself is no error', async () => {
    const { clock, manager, stop, start, outcome } = setUp();
    manager.add({ name: 'brief', start: () => Promise.resolve() });
    const ended = start();
    await clock.advance(60_000);
    expect(outcome()).toBe('running');
    stop.abort();
    await clock.advance(0);
    await ended;
  });

  test('a second start is an error', async () => {
    const { clock, manager, stop, start } = setUp();
    const ended = start();
    await clock.advance(0);
    await expect(manager.start(stop.signal)).rejects.toMatchObject({ code: 'ManagerStartedTwice' });
    stop.abort();
    await clock.advance(0);
    await ended;
  });

  test('a signal that is aborted already ends it before anything but the first group has started', async () => {
    const { clock, story, record, manager, stop, start, outcome } = setUp();
    manager.add(record('other'));
    stop.abort();
    const ended = start();
    await clock.advance(0);
    await ended;
    expect(outcome()).toBe('ended');
    expect(story).not.toContain('+other');
  });
});

describe('grace', () => {
  test('all share one budget of 30 s; what has not ended is named, and reconciles are aborted', async () => {
    const { clock, story, record, manager, stop, start, outcome } = setUp();
    manager.add(record('slow', 20_000));
    manager.add(record('stuck', 20_000, true));
    manager.add(record('webhook'), 'webhook');
    const ended = start();
    await clock.advance(0);
    stop.abort();
    await clock.advance(29_999);
    expect(outcome()).toBe('running');
    expect(manager.hardStop.aborted).toBe(false);
    await clock.advance(1);
    await ended;
    expect(outcome()).toMatchObject({
      code: 'StopTimedOut',
      message: 'not ended within 30 s of the stop: stuck, cache, webhook',
    });
    expect(manager.hardStop.aborted).toBe(true);
    expect(story).toContain('-slow');
    expect(story).toContain('~webhook');
  });

  test('a budget of 0 waits for nobody and is no error', async () => {
    const { clock, record, manager, stop, start, outcome } = setUp({ gracefulStopMs: 0 });
    manager.add(record('stuck', 1e9));
    const ended = start();
    await clock.advance(0);
    stop.abort();
    await clock.advance(0);
    await ended;
    expect(outcome()).toBe('ended');
    expect(manager.hardStop.aborted).toBe(true);
  });

  test('a negative budget waits for ever', async () => {
    const { clock, record, manager, stop, start, outcome } = setUp({ gracefulStopMs: -1 });
    manager.add(record('slow', 86_400_000));
    const ended = start();
    await clock.advance(0);
    stop.abort();
    await clock.advance(86_399_999);
    expect(outcome()).toBe('running');
    await clock.advance(1);
    await ended;
    expect(outcome()).toBe('ended');
    expect(manager.hardStop.aborted).toBe(false);
  });
});

describe('leadership', () => {
  test('without an election everyone is the leader', async () => {
    const { clock, story, record, manager, stop, start } = setUp();
    manager.add(record('leader', 0, true));
    let elected = false;
    void manager.elected.then(() => (elected = true));
    expect(elected).toBe(false);
    const ended = start();
    await clock.advance(0);
    expect(elected).toBe(true);
    expect(story).toContain('+leader');
    stop.abort();
    await clock.advance(0);
    await ended;
  });

  test('leader work waits for the election, everything else does not', async () => {
    const { clock, story, record, manager, stop, start, server } = setUp({ leaderElection: election });
    server.put({ holderIdentity: 'them', leaseDurationSeconds: 15 });
    manager.add(record('leader', 0, true));
    manager.add(record('other'));
    let elected = false;
    void manager.elected.then(() => (elected = true));
    const ended = start();
    await clock.advance(14_000);
    expect(story).toEqual(['+recorder', '+other']);
    expect(manager.fencingToken).toBeUndefined();
    await clock.advance(2_000);
    expect(story.at(-1)).toBe('+leader');
    expect(elected).toBe(true);
    expect(manager.fencingToken).toMatchObject({ identity: 'us', transitions: 1 });
    stop.abort();
    await clock.advance(0);
    await ended;
  });

  test('a stop before the election does not start leader work', async () => {
    const { clock, story, record, manager, stop, start, server, outcome } = setUp({ leaderElection: election });
    server.put({ holderIdentity: 'them', leaseDurationSeconds: 15 });
    manager.add(record('leader', 0, true));
    manager.add(record('slow', 20_000));
    const ended = start();
    await clock.advance(1_000);
    stop.abort();
    await clock.advance(30_000);
    await ended;
    expect(outcome()).toBe('ended');
    expect(story.filter((line) => line.endsWith('leader'))).toEqual([]);
  });

  test('its loss ends the process at once, without any grace and without a release', async () => {
    const { clock, record, manager, start, server, outcome } = setUp({ leaderElection: election });
    manager.add(record('leader', 60_000, true));
    const ended = start();
    await clock.advance(1_000);
    server.put({ holderIdentity: 'them', leaseDurationSeconds: 15, leaseTransitions: 1 });
    await clock.advance(1_000);
    await ended;
    expect(outcome()).toMatchObject({ code: 'LeadershipLost' });
    expect(manager.hardStop.reason).toBe(outcome());
    expect(server.lease?.spec?.holderIdentity).toBe('them');
  });

  test.each([60_000, -1])('its loss during a stop with %d ms of grace ends the wait', async (gracefulStopMs) => {
    const { clock, record, manager, stop, start, server, outcome } = setUp({
      leaderElection: election,
      gracefulStopMs,
    });
    manager.add(record('leader', 90_000, true));
    const ended = start();
    await clock.advance(1_000);
    stop.abort();
    server.put({ holderIdentity: 'them', leaseDurationSeconds: 15, leaseTransitions: 1 });
    await clock.advance(1_000);
    await ended;
    expect(outcome()).toBe('ended');
    expect(manager.hardStop.reason).toMatchObject({ code: 'LeadershipLost' });
  });

  test('the lease is renewed while leader work ends, and not released when that does not end in time', async () => {
    const { clock, record, manager, stop, start, server, outcome } = setUp({
      leaderElection: election,
      gracefulStopMs: 60_000,
    });
    manager.add(record('leader', 90_000, true));
    const ended = start();
    await clock.advance(1_000);
    stop.abort();
    await clock.advance(60_000);
    await ended;
    expect(outcome()).toMatchObject({ code: 'StopTimedOut' });
    expect(server.lease?.spec).toMatchObject({ holderIdentity: 'us', renewTime: '2026-01-01T00:01:00.000000Z' });
    expect(clock.pendingTimers).toBe(1); // The leader work itself.
  });
});

test('a controller runs from the cache of the manager until the stop', async () => {
  const { clock, reader, manager, stop, start } = setUp();
  reader.answer(streamOf('10'));
  const controller = controllerFor(manager, 'widgets')
    .for(widget)
    .complete({ reconcile: () => Promise.resolve(undefined) });
  const ended = start();
  await clock.advance(0);
  expect(controller.queue.length).toBe(0);
  expect(() =>
    controllerFor(manager, 'widgets')
      .for(widget)
      .complete({ reconcile: () => Promise.resolve(undefined) }),
  ).toThrow('controller "widgets" exists already');
  stop.abort();
  await clock.advance(0);
  await ended;
  await expect(controller.queue.get()).resolves.toBeUndefined();
});
