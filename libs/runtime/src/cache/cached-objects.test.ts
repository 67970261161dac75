import { describe, expect, test } from '@jest/globals';

import { widgetCache, type StoredWidget } from './testing/cache-run.ts';
import {
  added,
  expired,
  invalid,
  listEnd,
  makeWidget,
  modified,
  page,
  pages,
  streamOf,
  watchOf,
  widget,
  type Widget,
} from './testing/widgets.ts';

const a1 = () => makeWidget('a', '1');
const key = { namespace: 'default', name: 'a' };
const byColor = { color: (object: StoredWidget) => (object.spec?.color === undefined ? [] : [object.spec.color]) };
describe('cached objects', () => {
  const managed = () => makeWidget('a', '1', { metadata: { managedFields: [{}] }, spec: { color: 'red' } });

  test('are frozen at every depth', async () => {
    const { cache, start, end } = widgetCache([streamOf('1', managed())]);
    await start();
    const object = cache.get(widget, key) as Widget;
    expect(() => (object.spec!.color = 'blue')).toThrow(TypeError);
    expect(() => (object.metadata.labels = {})).toThrow(TypeError);
    await end();
  });

  test('have no managedFields unless a transform keeps them', async () => {
    for (const [options, expected] of [
      [{}, undefined],
      [{ transform: (object: Widget) => object }, [{}]],
    ] as const) {
      const { cache, start, end } = widgetCache([streamOf('1', managed())], { options });
      await start();
      expect(cache.get(widget, key)?.metadata.managedFields).toEqual(expected);
      await end();
    }
  });

  test('are what the transform makes of them: in lists, in events and for indexes and handlers', async () => {
    const transform = (object: Widget): Widget => ({ ...object, spec: { color: `dark ${object.spec?.color}` } });
    const list = streamOf('1', managed());
    const { cache, informer, start, after, end } = widgetCache([list], { options: { transform, indexes: byColor } });
    const heard: (string | undefined)[] = [];
    informer.addHandler({
      onAdd: (object) => heard.push(object.spec?.color),
      onUpdate: (before, now) => heard.push(before.spec?.color, now.spec?.color),
      onDelete: (object) => heard.push(object.spec?.color),
    });
    await start();
    list.watch.send(modified(makeWidget('a', '2', { spec: { color: 'blue' } })));
    await after(0);
    expect(cache.list(widget, { index: { name: 'color', value: 'dark blue' } })).toHaveLength(1);
    list.watch.send({ type: 'DELETED', object: makeWidget('a', '3', { spec: { color: 'green' } }) });
    await after(0);
    expect(heard).toEqual(['dark red', 'dark red', 'dark blue', 'dark green']);
    await end();
  });

  test('have apiVersion and kind, which items of a list of a built-in kind lack', async () => {
    const bare = { metadata: a1().metadata } as Widget;
    const { cache, start, end } = widgetCache([{ error: invalid() }, pages(page('1', bare)), watchOf()]);
    await start();
    expect(cache.get(widget, key)).toMatchObject({ apiVersion: 'example.io/v1', kind: 'Widget' });
    await end();
  });

  test('stay as last known, and the watch goes on, when a transform throws', async () => {
    const transform = (object: Widget): Widget => {
      if (object.spec?.color === 'broken') {
        throw new Error('cannot transform');
      }
      return object;
    };
    const broken = (version: string) => makeWidget('a', version, { spec: { color: 'broken' } });
    const list = streamOf('1', a1(), makeWidget('b', '1', { spec: { color: 'broken' } }));
    const { cache, start, after, end, log } = widgetCache([list, streamOf('9', broken('8'))], {
      options: { transform },
    });
    await start();
    const held = () => cache.list(widget).map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`);
    expect(held()).toEqual(['a@1']);
    list.watch.send(modified(broken('2')), added(makeWidget('c', '3')));
    await after(0);
    expect(held()).toEqual(['a@1', 'c@3']);
    expect(log()).toContain('cannot transform');
    list.watch.fail(expired());
    await after(1000);
    expect(held()).toEqual(['a@1']);
    await end();
  });

  test('are never of another kind', async () => {
    const service = { ...makeWidget('rejected', '2'), kind: 'Service' };
    const { cache, start, end } = widgetCache([watchOf(added(a1()), listEnd('1'), added(service))]);
    await start();
    expect(cache.list(widget).map(({ metadata }) => metadata.name)).toEqual(['a']);
    await end();
  });

  test('are kept when an index function throws, only not found by it', async () => {
    const indexes = {
      color: (object: StoredWidget) => {
        if (object.metadata.name === 'a') {
          throw new Error('no color');
        }
        return ['red'];
      },
    };
    const { cache, start, end, log } = widgetCache([streamOf('1', a1(), makeWidget('b', '1'))], {
      options: { indexes },
    });
    await start();
    expect(cache.list(widget)).toHaveLength(2);
    expect(cache.list(widget, { index: { name: 'color', value: 'red' } })).toHaveLength(1);
    expect(log()).toContain('no color');
    await end();
  });
});
