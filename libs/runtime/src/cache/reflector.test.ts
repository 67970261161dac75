import { describe, expect, test } from '@jest/globals';

import { listed, play, run } from './testing/reflector-run.ts';
import type { ScriptedAnswer } from './testing/scripted-reader.ts';
import {
  added,
  apiError,
  bookmark,
  cut,
  deleted,
  expired,
  internalError,
  invalid,
  listEnd,
  makeWidget,
  modified,
  notFound,
  page,
  pages,
  refused,
  streamOf,
  tooManyRequests,
  watchOf,
} from './testing/widgets.ts';

const a1 = makeWidget('a', '1');
const a2 = makeWidget('a', '2');
const b3 = makeWidget('b', '3');

describe('the first list', () => {
  test.each<{ name: string; answers: ScriptedAnswer[]; requests: string[]; events: string[] }>([
    {
      name: 'is a stream, closed by the bookmark that ends the initial events, and the watch goes on in it',
      answers: [watchOf(added(a1), listEnd('1'), modified(a2), added(b3))],
      requests: ['stream@'],
      events: ['ListStarted', 'Applied a@1', 'ListEnded', 'Applied a@2', 'Applied b@3'],
    },
    {
      name: 'is not complete without the bookmark',
      answers: [watchOf(added(a1))],
      requests: ['stream@'],
      events: ['ListStarted', 'Applied a@1'],
    },
    {
      name: 'is not completed by a bookmark that does not say so',
      answers: [watchOf(added(a1), bookmark('1'))],
      requests: ['stream@'],
      events: ['ListStarted', 'Applied a@1'],
    },
    {
      name: 'holds the updates and deletions that arrive before the bookmark',
      answers: [watchOf(added(a1), added(b3), modified(a2), deleted(b3), listEnd('4'))],
      requests: ['stream@'],
      events: ['ListStarted', 'Applied a@1', 'Applied b@3', 'Applied a@2', 'Deleted b@3', 'ListEnded'],
    },
    {
      name: 'may be empty',
      answers: [streamOf('9')],
      requests: ['stream@'],
      events: ['ListStarted', 'ListEnded'],
    },
    {
      name: 'comes in pages where the server refuses streaming lists (422), as a consistent read',
      answers: [{ error: invalid() }, pages(page('5', a1), page('5', b3)), watchOf()],
      requests: ['stream@', 'list@', 'watch@5'],
      events: ['ListStarted', 'ListStarted', 'Applied a@1', 'Applied b@3', 'ListEnded'],
    },
    {
      name: 'comes in pages where the server does not know streaming lists (400)',
      answers: [{ error: apiError(400, 'BadRequest') }, pages(page('5', a1)), watchOf()],
      requests: ['stream@', 'list@', 'watch@5'],
      events: ['ListStarted', 'ListStarted', 'Applied a@1', 'ListEnded'],
    },
    {
      name: 'comes in pages after any other failure of the stream: better than none',
      answers: [{ error: internalError() }, pages(page('5', a1)), watchOf()],
      requests: ['stream@', 'list@', 'watch@5'],
      events: ['ListStarted', 'ListStarted', 'Applied a@1', 'ListEnded'],
    },
    {
      name: 'comes in pages when the stream is cut',
      answers: [{ watch: watchOf(added(a1)).watch.fail(cut()) }, pages(page('5', a1)), watchOf()],
      requests: ['stream@', 'list@', 'watch@5'],
      events: ['ListStarted', 'Applied a@1', 'ListStarted', 'Applied a@1', 'ListEnded'],
    },
    {
      name: 'starts again, as one answer, when the token of its pages has expired',
      answers: [
        { error: invalid() },
        { pages: [page('5', a1)], thenError: expired() },
        pages(page('6', a1)),
        watchOf(),
      ],
      requests: ['stream@', 'list@', 'list-unpaged@', 'watch@6'],
      events: ['ListStarted', 'ListStarted', 'Applied a@1', 'ListStarted', 'Applied a@1', 'ListEnded'],
    },
  ])('$name', async ({ answers, requests, events }) => {
    expect(await play(answers)).toMatchObject({ requests, events });
  });

  test.each<{ name: string; answers: ScriptedAnswer[]; timeline: string[] }>([
    {
      name: 'when the stream ends before the bookmark',
      answers: [{ watch: watchOf(added(a1)).watch.end() }, streamOf('1', a1)],
      timeline: ['0 ms: stream@', '800 ms: stream@'],
    },
    {
      name: 'after 429',
      answers: [{ error: tooManyRequests() }, { error: tooManyRequests() }, streamOf('1')],
      timeline: ['0 ms: stream@', '800 ms: stream@', '2400 ms: stream@'],
    },
    {
      name: 'while the server cannot be reached',
      answers: [{ error: refused() }, { error: refused() }, streamOf('1')],
      timeline: ['0 ms: stream@', '800 ms: stream@', '2400 ms: stream@'],
    },
    {
      name: 'as a stream when the pages failed as well',
      answers: [{ error: internalError() }, { error: internalError() }, streamOf('1')],
      timeline: ['0 ms: stream@', '0 ms: list@', '800 ms: stream@'],
    },
    {
      name: 'but never as a stream once the server refused that',
      answers: [
        { error: invalid() },
        { error: internalError() },
        { error: internalError() },
        pages(page('1')),
        watchOf(),
      ],
      timeline: ['0 ms: stream@', '0 ms: list@', '800 ms: list@', '2400 ms: list@', '2400 ms: watch@1'],
    },
    {
      name: 'every ten seconds while the kind is not installed',
      answers: [{ error: notFound() }, { error: notFound() }, streamOf('1')],
      timeline: ['0 ms: stream@', '10000 ms: stream@', '20000 ms: stream@'],
    },
    {
      name: 'every ten seconds while the kind is not installed, without streaming lists',
      answers: [{ error: invalid() }, { error: notFound() }, pages(page('1')), watchOf()],
      timeline: ['0 ms: stream@', '0 ms: list@', '10000 ms: list@', '10000 ms: watch@1'],
    },
  ])('is asked for again, $name', async ({ answers, timeline }) => {
    expect((await play(answers, 25_000)).timeline).toEqual(timeline);
  });
});

describe('requests', () => {
  test('are restricted to the selection', async () => {
    const selection = { namespace: 'prod', labelSelector: 'a=b', fieldSelector: 'spec.tenantID=t1' };
    const { reader } = await play([...listed(), watchOf()], 0, { selection });
    expect(reader.requests.map(({ verb }) => verb)).toEqual(['watch', 'list', 'watch']);
    for (const request of reader.requests) {
      expect(request).toMatchObject(selection);
    }
  });

  test.each([
    { random: 0, timeoutSeconds: 300 },
    { random: 0.5, timeoutSeconds: 450 },
    { random: 0.9999, timeoutSeconds: 599 },
  ])('let the server end a watch after $timeoutSeconds s at chance $random', async ({ random, timeoutSeconds }) => {
    const { reader } = await play([...listed(), watchOf()], 0, { random: () => random });
    expect(reader.requests[0]).toMatchObject({ verb: 'watch', sendInitialEvents: true, timeoutSeconds });
    expect(reader.requests[2]).toMatchObject({ verb: 'watch', timeoutSeconds });
  });

  test('for a list from a version say that newer is fine: with a limit the server would take it as exact', async () => {
    const { reader } = await play([...listed(), { error: expired() }, pages(page('9'))], 1000);
    expect(reader.requests[1]).toEqual({ verb: 'list' });
    expect(reader.requests[3]).toEqual({ verb: 'list', resourceVersion: '5', resourceVersionMatch: 'NotOlderThan' });
  });
});

describe('the end', () => {
  test('before the start: no request is made', async () => {
    const { reader, ended } = run([streamOf('1')], { signal: AbortSignal.abort() });
    await ended;
    expect(reader.requests).toEqual([]);
  });

  test.each<{ name: string; answers: ScriptedAnswer[]; requests: number }>([
    { name: 'a request that is never answered', answers: [], requests: 1 },
    { name: 'a list that is never answered', answers: [{ error: invalid() }], requests: 2 },
    { name: 'the initial events', answers: [watchOf(added(a1))], requests: 1 },
    { name: 'a quiet watch', answers: [streamOf('1')], requests: 1 },
    { name: 'a back-off', answers: [{ error: refused() }], requests: 1 },
    { name: 'the wait for the kind', answers: [{ error: notFound() }], requests: 1 },
  ])('comes at once during $name', async ({ answers, requests }) => {
    const { clock, reader, stop, ended } = run(answers);
    await clock.advance(0);
    stop.abort();
    await ended;
    expect(reader.requests).toHaveLength(requests);
    expect(clock.pendingTimers).toBe(0);
  });

  test.each(['an abort', 'an error in the stream'])('releases the stream after %s', async (cause) => {
    const { watch } = streamOf('1', a1);
    const { clock, stop, ended } = run([{ watch }]);
    await clock.advance(0);
    expect(watch.released).toBe(false);
    if (cause === 'an abort') {
      stop.abort();
    } else {
      watch.fail(internalError());
    }
    await clock.advance(0);
    expect(watch.released).toBe(true);
    stop.abort();
    await ended;
  });
});

describe('the log', () => {
  test('hints at the missing definition of a kind that is not served', async () => {
    const log = (await play([{ error: notFound() }])).log();
    expect(log).toContain('Is its CustomResourceDefinition installed?');
    expect(log).toContain('widgets.example.io');
  });

  test('warns when the initial events do not end', async () => {
    expect((await play([watchOf(added(a1))], 9_999)).log()).toBe('');
    expect((await play([watchOf(added(a1))], 10_000)).log()).toContain('Still waiting for the end of the initial list');
    expect((await play([streamOf('1', a1)], 10_000)).log()).toBe('');
  });

  test('names the failure that is retried', async () => {
    const { log } = await play([...listed(), { error: internalError() }]);
    expect(log()).toContain('InternalError');
  });
});
