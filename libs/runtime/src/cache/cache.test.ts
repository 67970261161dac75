import { describe, expect, test } from '@jest/globals';
import type { Kind } from '@tke/meta';

import { recorder, widgetCache, type StoredWidget } from './testing/cache-run.ts';
import {
  added,
  bookmark,
  expired,
  listEnd,
  makeWidget,
  streamOf,
  watchOf,
  widget,
  type Widget,
} from './testing/widgets.ts';

const a1 = () => makeWidget('a', '1');
const key = { namespace: 'default', name: 'a' };
const byColor = { color: (object: StoredWidget) => (object.spec?.color === undefined ? [] : [object.spec.color]) };
const code = (text: string) => expect.objectContaining({ code: text }) as unknown as Error;
const gadget: Kind = { group: 'example.io', version: 'v1', kind: 'Gadget', plural: 'gadgets', namespaced: false };

describe('reading', () => {
  test('before the start is an error', () => {
    const { cache } = widgetCache([]);
    expect(() => cache.get(widget, key)).toThrow(code('CacheNotStarted'));
    expect(() => cache.list(widget)).toThrow(code('CacheNotStarted'));
  });

  test('before the first list is complete is an error', async () => {
    const { cache, start, end } = widgetCache([watchOf(added(a1()))]);
    await start();
    expect(() => cache.get(widget, key)).toThrow(code('CacheNotSynced'));
    expect(() => cache.list(widget)).toThrow(code('CacheNotSynced'));
    await end();
  });

  test('a kind nobody asked to watch is an error, and starts no watch', async () => {
    const { cache, reader, start, after, end } = widgetCache([streamOf('1')]);
    await start();
    expect(() => cache.get(gadget, { name: 'a' })).toThrow(code('KindNotCached'));
    expect(() => cache.list(gadget)).toThrow(code('KindNotCached'));
    await after(0);
    expect(reader.requests).toHaveLength(1);
    await end();
  });

  test('what is not there returns undefined, or an empty list', async () => {
    const { cache, start, end } = widgetCache([streamOf('1', a1())]);
    await start();
    expect(cache.get(widget, { namespace: 'other', name: 'a' })).toBeUndefined();
    expect(cache.get(widget, { namespace: 'default', name: 'b' })).toBeUndefined();
    expect(cache.list(widget, { namespace: 'other' })).toEqual([]);
    await end();
  });

  test('finds by key, namespace and index, and by both', async () => {
    const objects = [
      makeWidget('n1/a', '1', { spec: { color: 'red' } }),
      makeWidget('n1/b', '2', { spec: { color: 'blue' } }),
      makeWidget('n2/a', '3', { spec: { color: 'red' } }),
    ];
    const { cache, start, end } = widgetCache([streamOf('3', ...objects)], { options: { indexes: byColor } });
    await start();
    const found = (options: Parameters<typeof cache.list>[1]) =>
      cache.list(widget, options).map(({ metadata }) => metadata.resourceVersion);
    expect(cache.get(widget, { namespace: 'n2', name: 'a' })?.metadata.resourceVersion).toBe('3');
    expect(found({})).toEqual(['1', '2', '3']);
    expect(found({ namespace: 'n1' })).toEqual(['1', '2']);
    expect(found({ index: { name: 'color', value: 'red' } })).toEqual(['1', '3']);
    expect(found({ namespace: 'n2', index: { name: 'color', value: 'red' } })).toEqual(['3']);
    expect(() => found({ index: { name: 'size', value: 'xl' } })).toThrow(code('IndexNotFound'));
    await end();
  });

  test('a cluster-scoped kind takes no account of a namespace', async () => {
    const object = { apiVersion: 'example.io/v1', kind: 'Gadget', metadata: { name: 'g', resourceVersion: '1' } };
    const { cache, start, end } = widgetCache([streamOf('1'), streamOf('1', object)]);
    cache.informer(gadget);
    await start();
    expect(cache.get(gadget, { name: 'g' })).toEqual(object);
    expect(cache.get(gadget, { namespace: 'default', name: 'g' })).toEqual(object);
    expect(cache.list(gadget, { namespace: 'default' })).toHaveLength(1);
    await end();
  });

  test('outside the namespace the informer is restricted to is an error', async () => {
    const { cache, start, end } = widgetCache([streamOf('1', a1())], { options: { namespace: 'default' } });
    await start();
    expect(cache.get(widget, key)).toBeDefined();
    expect(cache.list(widget)).toHaveLength(1);
    expect(() => cache.get(widget, { namespace: 'other', name: 'a' })).toThrow(code('NamespaceNotCached'));
    expect(() => cache.list(widget, { namespace: 'other' })).toThrow(code('NamespaceNotCached'));
    await end();
  });
});

describe('the informer of a kind', () => {
  test('is one for all who ask, and has one watch', async () => {
    const { cache, informer, reader, start, end } = widgetCache([streamOf('1')]);
    expect(cache.informer(widget)).toBe(informer);
    expect(cache.informer(widget, { indexes: byColor })).toBe(informer);
    await start();
    expect(reader.requests).toHaveLength(1);
    await end();
  });

  test('gets indexes from later calls, even when it is full', async () => {
    const { cache, informer, start, end } = widgetCache([
      streamOf('1', makeWidget('a', '1', { spec: { color: 'red' } })),
    ]);
    await start();
    cache.informer(widget, { indexes: byColor });
    informer.addIndex('color', byColor.color);
    expect(cache.list(widget, { index: { name: 'color', value: 'red' } })).toHaveLength(1);
    expect(() => informer.addIndex('color', () => [])).toThrow(code('IndexConflict'));
    await end();
  });

  test('gets indexes in the middle of a relist, for the old objects and for the new', async () => {
    const red = makeWidget('a', '1', { spec: { color: 'red' } });
    const relist = watchOf(added(makeWidget('a', '8', { spec: { color: 'blue' } })));
    const { cache, informer, start, after, end } = widgetCache([
      { watch: streamOf('1', red).watch.fail(expired()) },
      relist,
    ]);
    await start();
    await after(1000);
    informer.addIndex('color', byColor.color);
    const count = (value: string) => cache.list(widget, { index: { name: 'color', value } }).length;
    expect([count('red'), count('blue')]).toEqual([1, 0]);
    relist.watch.send(listEnd('9'));
    await after(0);
    expect([count('red'), count('blue')]).toEqual([0, 1]);
    await end();
  });

  test.each([
    { name: 'another namespace', options: { namespace: 'prod' } },
    { name: 'another label selector', options: { labelSelector: 'a=b' } },
    { name: 'another field selector', options: { namespace: 'default', fieldSelector: 'a=b' } },
    { name: 'no restriction', options: {} },
    { name: 'another transform', options: { namespace: 'default', transform: (object: Widget) => object } },
  ])('cannot be had with $name', ({ options }) => {
    const { cache } = widgetCache([], { options: { namespace: 'default' } });
    expect(() => cache.informer(widget, options)).toThrow(code('InformerConflict'));
  });

  test('cannot be had in another version', () => {
    const { cache } = widgetCache([]);
    expect(() => cache.informer({ ...widget, version: 'v2' })).toThrow(code('InformerConflict'));
  });

  test('can be had as it is by who does not say', () => {
    const { cache, informer } = widgetCache([], { options: { namespace: 'default' } });
    expect(cache.informer(widget)).toBe(informer);
  });

  test('starts at once when the cache runs already', async () => {
    const { cache, reader, start, after, end } = widgetCache([streamOf('1')]);
    await start();
    const other = cache.informer(gadget);
    expect([cache.synced, other.synced]).toEqual([false, false]);
    await after(0);
    expect(reader.requests).toHaveLength(2);
    expect(() => cache.list(gadget)).toThrow(code('CacheNotSynced'));
    await end();
  });
});

describe('a cache', () => {
  test('is synced when every informer is', async () => {
    const { cache, stop, start, after, end, informer } = widgetCache([streamOf('1')]);
    expect(cache.synced).toBe(false);
    let synced = false;
    const waiting = cache.waitForSync(stop.signal).then(() => (synced = true));
    await after(0);
    expect(synced).toBe(false);
    await start();
    await waiting;
    expect([cache.synced, informer.synced]).toEqual([true, true]);
    await end();
  });

  test('whose sync is given up on says so', async () => {
    const { cache } = widgetCache([]);
    await expect(cache.waitForSync(AbortSignal.abort(new Error('given up')))).rejects.toThrow('given up');
  });

  test('starts once', async () => {
    const { cache, stop, start, end } = widgetCache([streamOf('1')]);
    await start();
    await expect(cache.start(stop.signal)).rejects.toThrow(code('CacheAlreadyStarted'));
    await end();
  });

  test('has ended when every watch is released', async () => {
    const list = streamOf('1');
    const closing = Promise.withResolvers<undefined>();
    list.watch.closing = closing.promise;
    const { start, after, end } = widgetCache([list]);
    await start();
    let ended = false;
    const ending = end().then(() => (ended = true));
    await after(0);
    expect(ended).toBe(false);
    closing.resolve(undefined);
    await ending;
    expect(list.watch.released).toBe(true);
  });

  test('can be read after its end, as it was', async () => {
    const { cache, start, end } = widgetCache([streamOf('1', a1())]);
    await start();
    await end();
    expect(cache.list(widget)).toHaveLength(1);
  });

  test('counts lists and watches by resource', async () => {
    const counted: string[] = [];
    const metrics = {
      listStarted: (resource: string) => counted.push(`list ${resource}`),
      watchStarted: (resource: string) => counted.push(`watch ${resource}`),
    };
    const { start, after, end } = widgetCache(
      [{ watch: streamOf('1').watch.end() }, { error: expired() }, streamOf('2')],
      {
        metrics,
      },
    );
    await start();
    await after(1000);
    expect(counted).toEqual(['list widgets.example.io', 'watch widgets.example.io', 'list widgets.example.io']);
    await end();
  });

  test('informs handlers of several kinds apart', async () => {
    const object = { apiVersion: 'example.io/v1', kind: 'Gadget', metadata: { name: 'a', resourceVersion: '1' } };
    const { cache, informer, start, end } = widgetCache([streamOf('1', a1()), streamOf('1', object)]);
    const { heard, handler } = recorder();
    informer.addHandler(handler);
    const gadgets: unknown[] = [];
    cache.informer(gadget).addHandler({ onAdd: (added) => gadgets.push(added) });
    await start();
    expect([heard, gadgets]).toEqual([['add a@1 (initial)'], [object]]);
    await end();
  });
});

describe('silence', () => {
  test('is measured from the last word of the server, a bookmark included, and has no end before the first', async () => {
    const { watch } = streamOf('1', a1());
    const { cache, start, after, end } = widgetCache([{ watch }]);
    expect(cache.silentFor(1e9)).toEqual(['widgets.example.io']);
    expect(cache.longestSilenceMs).toBe(Infinity);
    await start();
    await after(600_000);
    expect(cache.silentFor(600_000)).toEqual([]);
    expect(cache.longestSilenceMs).toBe(600_000);
    expect(cache.silentFor(599_999)).toEqual(['widgets.example.io']);
    watch.send(bookmark('2'));
    await after(5_000);
    expect(cache.silentFor(5_000)).toEqual([]);
    await end();
  });
});
