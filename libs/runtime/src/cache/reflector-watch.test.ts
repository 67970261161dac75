import { describe, expect, test } from '@jest/globals';
import { KubeApiError } from '@tke/kube-client';

import { listed, listedTimeline, play, run } from './testing/reflector-run.ts';
import type { ScriptedAnswer } from './testing/scripted-reader.ts';
import {
  added,
  apiError,
  bookmark,
  cut,
  deleted,
  expired,
  gone,
  makeWidget,
  modified,
  notFound,
  page,
  pages,
  refused,
  streamOf,
  tooLargeVersion,
  tooManyRequests,
  watchOf,
} from './testing/widgets.ts';

const a1 = makeWidget('a', '1');
const a2 = makeWidget('a', '2');

describe('a watch', () => {
  test.each<{ name: string; answers: ScriptedAnswer[]; timeline: string[] }>([
    {
      name: 'that the server ends after an event goes on at once, from that event',
      answers: [{ watch: watchOf(modified(a2)).watch.end() }, watchOf()],
      timeline: ['0 ms: watch@5', '0 ms: watch@2'],
    },
    {
      name: 'goes on from the last bookmark, even if there was nothing else',
      answers: [{ watch: watchOf(bookmark('70')).watch.end() }, watchOf()],
      timeline: ['0 ms: watch@5', '0 ms: watch@70'],
    },
    {
      name: 'goes on from the last of additions, changes, bookmarks and deletions',
      answers: [
        { watch: watchOf(added(makeWidget('c', '10')), modified(makeWidget('c', '20'))).watch.end() },
        { watch: watchOf(bookmark('30')).watch.end() },
        { watch: watchOf(deleted(makeWidget('c', '40'))).watch.end() },
        watchOf(),
      ],
      timeline: ['0 ms: watch@5', '0 ms: watch@20', '0 ms: watch@30', '0 ms: watch@40'],
    },
    {
      name: 'that is cut in the middle goes on at once, from the last event',
      answers: [{ watch: watchOf(modified(a2)).watch.fail(cut()) }, watchOf()],
      timeline: ['0 ms: watch@5', '0 ms: watch@2'],
    },
    {
      name: 'that is cut before anything came is tried again from the same version',
      answers: [{ watch: watchOf().watch.fail(cut()) }, watchOf()],
      timeline: ['0 ms: watch@5', '800 ms: watch@5'],
    },
    {
      name: 'that ends within a second without an event is an error, and leads to a list',
      answers: [{ watch: watchOf().watch.end() }, pages(page('6')), watchOf()],
      timeline: ['0 ms: watch@5', '800 ms: list@5', '800 ms: watch@6'],
    },
    {
      name: 'during a storm of 429 is tried again from the same version without a list',
      answers: [...Array.from({ length: 4 }, () => ({ error: tooManyRequests() })), watchOf()],
      timeline: ['0 ms: watch@5', '800 ms: watch@5', '2400 ms: watch@5', '5600 ms: watch@5', '12000 ms: watch@5'],
    },
    {
      name: 'that is answered 429 within the stream is tried again from the same version without a list',
      answers: [{ watch: watchOf(modified(a2)).watch.fail(tooManyRequests()) }, watchOf()],
      timeline: ['0 ms: watch@5', '800 ms: watch@2'],
    },
    {
      name: 'is tried again from the same version while the server is away (connection refused, 502, 503, 504)',
      answers: [{ error: refused() }, ...[502, 503, 504].map((code) => ({ error: apiError(code, '') })), watchOf()],
      timeline: ['0 ms: watch@5', '800 ms: watch@5', '2400 ms: watch@5', '5600 ms: watch@5', '12000 ms: watch@5'],
    },
    {
      name: 'whose version has expired (410 Expired) leads to a list not older than that version',
      answers: [{ error: expired() }, pages(page('9')), watchOf()],
      timeline: ['0 ms: watch@5', '800 ms: list@5', '800 ms: watch@9'],
    },
    {
      name: 'that expires within the stream (410 Gone) leads to a list not older than the last event',
      answers: [{ watch: watchOf(modified(makeWidget('a', '7'))).watch.fail(gone()) }, pages(page('9')), watchOf()],
      timeline: ['0 ms: watch@5', '800 ms: list@7', '800 ms: watch@9'],
    },
    {
      name: 'leads to a list of the newest when the version has expired for the list as well',
      answers: [{ error: expired() }, { error: expired() }, pages(page('9')), watchOf()],
      timeline: ['0 ms: watch@5', '800 ms: list@5', '800 ms: list@', '800 ms: watch@9'],
    },
    {
      name: 'leads to a list of the newest when the version is too large for the list',
      answers: [{ error: expired() }, { error: tooLargeVersion() }, pages(page('3')), watchOf()],
      timeline: ['0 ms: watch@5', '800 ms: list@5', '800 ms: list@', '800 ms: watch@3'],
    },
    {
      name: 'that fails within the stream because an object cannot be read leads to a list: a deletion may be missing',
      answers: [
        { watch: watchOf(modified(a2)).watch.fail(apiError(500, 'StorageReadError')) },
        pages(page('9')),
        watchOf(),
      ],
      timeline: ['0 ms: watch@5', '800 ms: list@2', '800 ms: watch@9'],
    },
    {
      name: 'of a kind that was uninstalled leads to lists every ten seconds',
      answers: [{ error: notFound() }, { error: notFound() }, pages(page('9')), watchOf()],
      timeline: ['0 ms: watch@5', '10000 ms: list@', '20000 ms: list@', '20000 ms: watch@9'],
    },
  ])('$name', async ({ answers, timeline }) => {
    expect((await play([...listed(), ...answers], 25_000)).timeline).toEqual([...listedTimeline, ...timeline]);
  });

  test.each<{ name: string; answers: ScriptedAnswer[]; timeline: string[] }>([
    {
      name: 'goes on as a plain watch',
      answers: [{ watch: streamOf('5', a1).watch.end() }, watchOf()],
      timeline: ['0 ms: stream@', '0 ms: watch@5'],
    },
    {
      name: 'streams a new list not older than the last event when that expired',
      answers: [
        {
          watch: streamOf('5', a1)
            .watch.send(modified(makeWidget('a', '7')))
            .fail(expired()),
        },
        streamOf('9'),
      ],
      timeline: ['0 ms: stream@', '800 ms: stream@7'],
    },
    {
      name: 'streams a list of the newest when the version has expired for the stream as well',
      answers: [{ watch: streamOf('5', a1).watch.fail(expired()) }, { error: expired() }, streamOf('9')],
      timeline: ['0 ms: stream@', '800 ms: stream@5', '800 ms: stream@'],
    },
    {
      name: 'streams a list of the newest when the version is too large for the stream',
      answers: [{ watch: streamOf('5', a1).watch.fail(expired()) }, { error: tooLargeVersion() }, streamOf('9')],
      timeline: ['0 ms: stream@', '800 ms: stream@5', '800 ms: stream@'],
    },
    {
      name: 'is not asked for in a hot loop when even the newest expires',
      answers: [{ error: expired() }, { error: expired() }, streamOf('9')],
      timeline: ['0 ms: stream@', '800 ms: stream@', '2400 ms: stream@'],
    },
  ])('with streaming lists $name', async ({ answers, timeline }) => {
    expect((await play(answers, 25_000)).timeline).toEqual(timeline);
  });

  test('that lasted a second without an event has ended as usual', async () => {
    const quiet = watchOf();
    const { clock, stop, ended, timeline } = run([...listed(), quiet, watchOf()]);
    await clock.advance(1000);
    quiet.watch.end();
    await clock.advance(0);
    stop.abort();
    await ended;
    expect(timeline).toEqual([...listedTimeline, '0 ms: watch@5', '1000 ms: watch@5']);
  });

  test('waits as long as the server asks for', async () => {
    const busy = new KubeApiError({ method: 'GET', path: '/' }, 429, { code: 429, reason: 'TooManyRequests' }, 7);
    const { timeline } = await play([...listed(), { error: busy }, watchOf()], 8000);
    expect(timeline).toEqual([...listedTimeline, '0 ms: watch@5', '7000 ms: watch@5']);
  });
});
