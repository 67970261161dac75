import { describe, expect, test } from '@jest/globals';

import { recorder, widgetCache } from './testing/cache-run.ts';
import type { ScriptedAnswer } from './testing/scripted-reader.ts';
import {
  added,
  bookmark,
  deleted,
  expired,
  listEnd,
  makeWidget,
  modified,
  notFound,
  streamOf,
  watchOf,
  widget,
} from './testing/widgets.ts';

const a1 = () => makeWidget('a', '1');
const b1 = () => makeWidget('b', '1');

/** A first list and what the same watch brings then. */
async function hears(...answers: readonly ScriptedAnswer[]) {
  const { cache, informer, start, after, end } = widgetCache(answers);
  const { heard, handler } = recorder();
  informer.addHandler(handler);
  await start();
  await after(5000);
  const holds = cache
    .list(widget)
    .map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`)
    .sort();
  await end();
  return { heard, holds };
}

describe('handlers hear', () => {
  test.each<{ name: string; answers: ScriptedAnswer[]; heard: string[]; holds: string[] }>([
    {
      name: 'the first list as initial adds, and what comes then as it comes',
      answers: [
        watchOf(added(a1()), listEnd('1'), added(b1()), modified(makeWidget('a', '2')), deleted(makeWidget('b', '3'))),
      ],
      heard: ['add a@1 (initial)', 'add b@1', 'update a@1 to a@2', 'delete b@3'],
      holds: ['a@2'],
    },
    {
      name: 'what is left of additions, changes and deletions within the first list',
      answers: [
        watchOf(added(a1()), added(b1()), modified(makeWidget('a', '2')), deleted(makeWidget('b', '3')), listEnd('3')),
      ],
      heard: ['add a@2 (initial)'],
      holds: ['a@2'],
    },
    {
      name: 'a change of what was not there as an addition',
      answers: [watchOf(listEnd('1'), modified(makeWidget('a', '2')))],
      heard: ['add a@2'],
      holds: ['a@2'],
    },
    {
      name: 'an addition of what was there as a change',
      answers: [watchOf(added(a1()), listEnd('1'), added(makeWidget('a', '2')))],
      heard: ['add a@1 (initial)', 'update a@1 to a@2'],
      holds: ['a@2'],
    },
    {
      name: 'nothing of a deletion of what was not there',
      answers: [watchOf(listEnd('1'), deleted(a1()))],
      heard: [],
      holds: [],
    },
    {
      name: 'nothing of a version that is there already',
      answers: [watchOf(added(a1()), listEnd('1'), modified(a1()), added(a1()))],
      heard: ['add a@1 (initial)'],
      holds: ['a@1'],
    },
    {
      name: 'nothing of bookmarks',
      answers: [watchOf(listEnd('1'), bookmark('2'), bookmark('3'))],
      heard: [],
      holds: [],
    },
    {
      name: 'a deletion and re-creation that the watch saw as both',
      answers: [
        watchOf(
          added(a1()),
          listEnd('1'),
          deleted(makeWidget('a', '2')),
          added(makeWidget('a', '3', { uid: 'other' })),
        ),
      ],
      heard: ['add a@1 (initial)', 'delete a@2', 'add a@3'],
      holds: ['a@3'],
    },
    {
      name: 'the differences after a relist: deletions first, as tombstones with what was last known',
      answers: [
        { watch: streamOf('5', a1(), b1(), makeWidget('c', '1')).watch.fail(expired()) },
        streamOf('9', a1(), makeWidget('b', '7'), makeWidget('d', '8')),
      ],
      heard: [
        'add a@1 (initial)',
        'add b@1 (initial)',
        'add c@1 (initial)',
        'delete c@1 (final state unknown)',
        'update b@1 to b@7',
        'add d@8',
      ],
      holds: ['a@1', 'b@7', 'd@8'],
    },
    {
      name: 'all as tombstones when a relist is empty',
      answers: [{ watch: streamOf('5', a1(), b1()).watch.fail(expired()) }, streamOf('9')],
      heard: [
        'add a@1 (initial)',
        'add b@1 (initial)',
        'delete a@1 (final state unknown)',
        'delete b@1 (final state unknown)',
      ],
      holds: [],
    },
    {
      name: 'nothing twice when a relist was broken off before',
      answers: [
        { watch: streamOf('5', a1()).watch.fail(expired()) },
        { watch: watchOf(added(b1())).watch.end() },
        streamOf('9', makeWidget('a', '8')),
      ],
      heard: ['add a@1 (initial)', 'update a@1 to a@8'],
      holds: ['a@8'],
    },
    {
      name: 'what changed on a re-watch as usual, after the one before was dropped',
      answers: [
        { watch: streamOf('5', a1()).watch.end() },
        watchOf(modified(makeWidget('a', '6')), added(makeWidget('b', '7'))),
      ],
      heard: ['add a@1 (initial)', 'update a@1 to a@6', 'add b@7'],
      holds: ['a@6', 'b@7'],
    },
  ])('$name', async ({ answers, heard, holds }) => {
    expect(await hears(...answers)).toEqual({ heard, holds });
  });

  test('a deletion and re-creation that a relist saw as one step as a change of uid', async () => {
    const uids: (string | undefined)[] = [];
    const { informer, start, after, end } = widgetCache([
      { watch: streamOf('5', makeWidget('a', '1', { uid: 'first' })).watch.fail(expired()) },
      // The same version on purpose: versions of different objects may be equal after a restore of etcd.
      streamOf('9', makeWidget('a', '1', { uid: 'second' })),
    ]);
    informer.addHandler({ onUpdate: (before, now) => uids.push(before.metadata.uid, now.metadata.uid) });
    await start();
    await after(5000);
    await end();
    expect(uids).toEqual(['first', 'second']);
  });
});

describe('the store', () => {
  test('holds the old list until the new one is complete, and the new one as a whole when handlers hear of it', async () => {
    const { cache, informer, start, after, end } = widgetCache([
      { watch: streamOf('5', a1(), b1()).watch.fail(expired()) },
      watchOf(added(makeWidget('a', '8'))),
    ]);
    await start();
    const held = () => cache.list(widget).map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`);
    await after(5000);
    expect(held()).toEqual(['a@1', 'b@1']);
    expect(informer.synced).toBe(true);
    await end();
  });

  test('is complete when the first handler is called', async () => {
    const sizes: number[] = [];
    const { cache, informer, start, end } = widgetCache([streamOf('5', a1(), b1())]);
    informer.addHandler({ onAdd: () => sizes.push(cache.list(widget).length) });
    await start();
    await end();
    expect(sizes).toEqual([2, 2]);
  });

  test('keeps the very object of a version it has, over a relist', async () => {
    const { cache, start, after, end } = widgetCache([
      { watch: streamOf('5', a1()).watch.fail(expired()) },
      streamOf('9', a1(), b1()),
    ]);
    await start();
    const before = cache.get(widget, { namespace: 'default', name: 'a' });
    await after(5000);
    expect(cache.get(widget, { namespace: 'default', name: 'a' })).toBe(before);
    expect(cache.list(widget)).toHaveLength(2);
    await end();
  });

  test('keeps its objects while the kind is not served', async () => {
    const { cache, start, after, end } = widgetCache([
      { watch: streamOf('5', a1()).watch.fail(notFound()) },
      { error: notFound() },
    ]);
    await start();
    await after(15_000);
    expect(cache.list(widget)).toHaveLength(1);
    await end();
  });
});
