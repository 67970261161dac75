import { PassThrough } from 'node:stream';

import { afterEach, describe, expect, test } from '@jest/globals';
import { KubeApiError, KubeTransportError } from '@tke/kube-client';
import { createLogger } from '@tke/log';
import type { KubeObject } from '@tke/meta';
import { FakeClock } from '@tke/time';

import { KubeEventRecorder } from './recorder.ts';
import { ScriptedWriter, type Answer } from './testing/scripted-writer.ts';

const policy = (name: string): KubeObject => ({
  apiVersion: 'auth.tkestack.io/v1',
  kind: 'Policy',
  metadata: { name, uid: `uid-${name}` },
});
const refusal = (code: number, reason: string) =>
  new KubeApiError({ method: 'POST', path: '/' }, code, { code, reason });
const unreachable = () => new KubeTransportError('ConnectionFailed', 'connection refused');
const minutes = (count: number) => count * 60_000;

const running: { stop: () => Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map(({ stop }) => stop()));
});

function recorder() {
  const clock = new FakeClock();
  const writer = new ScriptedWriter();
  const stream = new PassThrough();
  const reporter = { controller: 'tkestack.io/manager', instance: 'manager-0' };
  const logger = createLogger({ stream });
  const events = new KubeEventRecorder({ client: writer, reporter, logger, clock, random: () => 0 });
  const stopping = new AbortController();
  const ended = events.start(stopping.signal);
  const stop = async () => {
    stopping.abort();
    await clock.advance(5000);
    await ended;
  };
  running.push({ stop });
  return {
    clock,
    writer,
    ended,
    stopping,
    log: () => String(stream.read() ?? ''),
    tell: (reason = 'Compiled', object = 'a', note = 'note') =>
      events.event(policy(object), 'Normal', reason, 'Compile', note),
    after: (ms: number) => clock.advance(ms),
  };
}

describe('an event that happens', () => {
  test('once is written once, and nothing more ever', async () => {
    const { tell, after, writer } = recorder();
    tell();
    await after(minutes(60));
    expect(writer.writes).toEqual(['create Compiled']);
  });

  test('twice becomes a series, whatever the note says', async () => {
    const { tell, after, writer } = recorder();
    tell();
    await after(0);
    tell('Compiled', 'a', 'another note');
    await after(0);
    expect(writer.writes).toEqual(['create Compiled', 'patch a x2']);
  });

  test('often is counted, and the count written when it has not happened for six minutes', async () => {
    const { tell, after, writer } = recorder();
    tell();
    await after(0);
    for (let i = 0; i < 9; i++) {
      tell();
      await after(1000);
    }
    expect(writer.writes).toEqual(['create Compiled', 'patch a x2']);
    await after(minutes(12));
    expect(writer.writes).toEqual(['create Compiled', 'patch a x2', 'patch a x10']);
  });

  test('twice before it could be written is one write', async () => {
    const { tell, after, writer } = recorder();
    tell();
    tell();
    await after(0);
    expect(writer.writes).toEqual(['create Compiled x2']);
  });

  test('all the time is written every half hour', async () => {
    const { tell, after, writer } = recorder();
    for (let minute = 0; minute < 62; minute++) {
      tell();
      await after(minutes(1));
    }
    expect(writer.writes).toEqual(['create Compiled', 'patch a x2', 'patch a x36']);
  });

  test('again after six minutes is a new event', async () => {
    const { tell, after, writer } = recorder();
    tell();
    await after(minutes(6) - 1);
    tell();
    await after(minutes(6));
    tell();
    await after(0);
    expect(writer.writes).toEqual(['create Compiled', 'patch a x2', 'create Compiled']);
  });

  test('again after six minutes leaves the last count of the former series to be written', async () => {
    const { tell, after, writer } = recorder();
    await after(minutes(1));
    for (let i = 0; i < 3; i++) {
      tell();
      await after(0);
    }
    await after(minutes(6));
    tell();
    await after(0);
    expect(writer.writes).toEqual(['create Compiled', 'patch a x2', 'patch a x3', 'create Compiled']);
  });

  test('with another object, reason, action or type is another event', async () => {
    const { tell, after, writer } = recorder();
    tell('Compiled', 'a');
    tell('Compiled', 'b');
    tell('Deleted', 'a');
    await after(0);
    expect(writer.writes).toEqual(['create Compiled', 'create Compiled', 'create Deleted']);
  });
});

describe('a write', () => {
  test.each<{ name: string; answers: Answer[]; times: number; writes: string[]; afterMs?: number }>([
    {
      name: 'that gets no answer is tried again after ten seconds',
      answers: [unreachable()],
      times: 1,
      writes: ['create Compiled', 'create Compiled'],
      afterMs: 10_000,
    },
    {
      name: 'that a busy or failing server refuses is tried again',
      answers: [refusal(429, 'TooManyRequests'), refusal(500, 'InternalError')],
      times: 1,
      writes: ['create Compiled', 'create Compiled', 'create Compiled'],
      afterMs: 20_000,
    },
    {
      name: 'that is refused for good is not tried again',
      answers: [refusal(403, 'Forbidden')],
      times: 1,
      writes: ['create Compiled'],
      afterMs: 60_000,
    },
    {
      name: 'of a series whose event the server has forgotten makes the event again',
      answers: ['ok', refusal(404, 'NotFound')],
      times: 2,
      writes: ['create Compiled', 'patch a x2', 'create Compiled x2'],
    },
    {
      name: 'of a series whose answer got lost is made up for',
      answers: ['ok', refusal(404, 'NotFound'), refusal(409, 'AlreadyExists')],
      times: 2,
      writes: ['create Compiled', 'patch a x2', 'create Compiled x2', 'patch a x2'],
    },
    {
      name: 'whose answer got lost is found to have arrived',
      answers: [unreachable(), refusal(409, 'AlreadyExists')],
      times: 1,
      writes: ['create Compiled', 'create Compiled'],
      afterMs: 10_000,
    },
  ])('$name', async ({ answers, times, writes, afterMs = 0 }) => {
    const { tell, after, writer } = recorder();
    writer.answers.push(...answers);
    for (let i = 0; i < times; i++) {
      tell();
      await after(0);
    }
    await after(afterMs);
    expect(writer.writes).toEqual(writes);
  });

  test('in a namespace that is being deleted is dropped without a word', async () => {
    const { tell, after, writer, log } = recorder();
    const causes = [
      { reason: 'NamespaceTerminating', message: 'namespace is being terminated', field: 'metadata.namespace' },
    ];
    const status = { code: 403, reason: 'Forbidden', details: { causes } };
    writer.answers.push(new KubeApiError({ method: 'POST', path: '/' }, 403, status));
    tell('First');
    tell('Second');
    await after(0);
    expect(writer.writes).toEqual(['create First', 'create Second']);
    expect(log()).toBe('');
  });

  test('is tried twelve times, then given up with a word in the log, and the next event has its turn', async () => {
    const { tell, after, writer, log } = recorder();
    writer.answers.push(...Array.from({ length: 12 }, unreachable));
    tell('First');
    tell('Second');
    await after(minutes(2));
    expect(writer.writes).toEqual([...Array.from({ length: 12 }, () => 'create First'), 'create Second']);
    expect(log()).toContain('Event could not be written');
  });
});

describe('too many events', () => {
  test('of one object are dropped after 25', async () => {
    const { tell, after, writer } = recorder();
    for (let i = 0; i < 40; i++) {
      tell(`Reason${i}`);
    }
    await after(0);
    expect(writer.writes).toHaveLength(25);
  });

  test('for a server that cannot be reached are dropped after 1000, and nobody waits', async () => {
    const { tell, after, writer } = recorder();
    writer.answers.push(unreachable());
    tell('Stuck', 'first');
    await after(0);
    for (let i = 0; i < 1500; i++) {
      tell('Compiled', `object-${i}`);
    }
    await after(minutes(20));
    expect(writer.writes.slice(0, 3)).toEqual(['create Stuck', 'create Stuck', 'create Compiled']);
    expect(writer.writes).toHaveLength(1002);
  });
});

describe('the end', () => {
  test('writes what is queued, and what was counted since', async () => {
    const { tell, after, writer, stopping, ended } = recorder();
    tell('Counted');
    await after(0);
    tell('Counted');
    await after(0);
    tell('Counted');
    stopping.abort();
    tell('Queued', 'b');
    await ended;
    expect(writer.writes).toEqual(['create Counted', 'patch a x2', 'create Queued', 'patch a x3']);
  });

  test('gives up after five seconds when the server does not answer', async () => {
    const { tell, after, writer, stopping, ended } = recorder();
    writer.answerAlways = 'never';
    tell('First');
    tell('Second', 'b');
    stopping.abort();
    let hasEnded = false;
    void ended.then(() => (hasEnded = true));
    await after(4999);
    expect(hasEnded).toBe(false);
    await after(1);
    expect(hasEnded).toBe(true);
    expect(writer.writes).toEqual(['create First']);
  });

  test('of a back-off comes at once, with one more try', async () => {
    const { tell, after, writer, stopping, ended } = recorder();
    writer.answers.push(unreachable());
    tell();
    await after(0);
    stopping.abort();
    await ended;
    expect(writer.writes).toEqual(['create Compiled', 'create Compiled']);
  });

  test('leaves no timer, and later events are dropped', async () => {
    const { clock, tell, writer, stopping, ended } = recorder();
    stopping.abort();
    await ended;
    tell();
    expect(clock.pendingTimers).toBe(0);
    expect(writer.writes).toEqual([]);
  });
});
