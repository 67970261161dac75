import { describe, expect, test } from '@jest/globals';
import type { DeepReadonly } from '@tke/meta';
import fc from 'fast-check';

import { ObjectIndex } from './object-index.ts';
import { Store } from './store.ts';
import { makeWidget, type Widget } from './testing/widgets.ts';

type Stored = DeepReadonly<Widget>;

const colors = (object: Stored) => object.spec?.color?.split(',') ?? [];
const colored = (key: string, version: string, color: string) => makeWidget(key, version, { spec: { color } });
const names = (objects: readonly Stored[]) => objects.map(({ metadata }) => metadata.name).sort();

function storeOf(...objects: readonly Stored[]): Store<Stored> {
  const store = new Store<Stored>(true);
  for (const object of objects) {
    store.set(`${object.metadata.namespace}/${object.metadata.name}`, object);
  }
  return store;
}

describe('a store', () => {
  test('returns what it was given last, and what was there before', () => {
    const store = storeOf();
    const [first, second] = [makeWidget('a', '1'), makeWidget('a', '2')];
    expect(store.set('default/a', first)).toBeUndefined();
    expect(store.set('default/a', second)).toBe(first);
    expect(store.get('default/a')).toBe(second);
    expect(store.size).toBe(1);
    expect(store.delete('default/a')).toBe(second);
    expect(store.delete('default/a')).toBeUndefined();
    expect([store.get('default/a'), store.all()]).toEqual([undefined, []]);
  });

  test('lists by namespace, also after changes', () => {
    const store = storeOf(makeWidget('n1/a', '1'), makeWidget('n1/b', '1'), makeWidget('n2/a', '1'));
    store.set('n1/b', makeWidget('n1/b', '2'));
    store.delete('n1/a');
    expect(store.inNamespace('n1').map(({ metadata }) => metadata.resourceVersion)).toEqual(['2']);
    expect(names(store.inNamespace('n2'))).toEqual(['a']);
    expect(store.inNamespace('n3')).toEqual([]);
  });

  test('lists by several values of one object, and follows when they change', () => {
    const store = storeOf();
    store.addIndex('color', colors);
    const show = () =>
      Object.fromEntries(['red', 'green', 'blue'].map((color) => [color, names(store.byIndex('color', color))]));
    store.set('default/a', colored('a', '1', 'red,green'));
    store.set('default/b', colored('b', '1', 'red'));
    expect(show()).toEqual({ red: ['a', 'b'], green: ['a'], blue: [] });
    store.set('default/a', colored('a', '2', 'green,blue'));
    expect(show()).toEqual({ red: ['b'], green: ['a'], blue: ['a'] });
    store.delete('default/b');
    store.set('default/c', colored('c', '1', 'red,red'));
    expect(show()).toEqual({ red: ['c'], green: ['a'], blue: ['a'] });
    store.set('default/c', makeWidget('c', '2'));
    expect(show()).toEqual({ red: [], green: ['a'], blue: ['a'] });
  });

  test('builds an index that is added late from what it holds', () => {
    const store = storeOf(colored('a', '1', 'red'), colored('b', '1', 'blue'));
    store.addIndex('color', colors);
    expect(names(store.byIndex('color', 'red'))).toEqual(['a']);
  });

  test('does not return a stale object from an index whose value did not change', () => {
    const store = storeOf(colored('a', '1', 'red'), colored('b', '1', 'red'));
    store.addIndex('color', colors);
    const newer = colored('a', '2', 'red');
    store.set('default/a', newer);
    expect(store.byIndex('color', 'red').find(({ metadata }) => metadata.name === 'a')).toBe(newer);
  });

  test('takes the same index twice, and no other of the same name', () => {
    const store = storeOf();
    store.addIndex('color', colors);
    store.addIndex('color', colors);
    expect(() => store.addIndex('color', () => [])).toThrow(expect.objectContaining({ code: 'IndexConflict' }));
  });

  test('names the indexes there are when asked for another', () => {
    const store = storeOf();
    store.addIndex('color', colors);
    expect(() => store.byIndex('colour', 'red')).toThrow('no index is named colour; there are: color');
  });

  test('makes an empty copy with the same indexes', () => {
    const store = storeOf(colored('a', '1', 'red'));
    store.addIndex('color', colors);
    const copy = store.emptyCopy();
    copy.set('default/b', colored('b', '1', 'red'));
    expect(names(copy.byIndex('color', 'red'))).toEqual(['b']);
    expect(names(store.byIndex('color', 'red'))).toEqual(['a']);
  });
});

test('an index keeps nothing of values that have no objects any more', () => {
  const index = new ObjectIndex<Stored>(colors);
  const objects = ['red', 'red,green', 'green'].map((color, i) => colored(`w${i}`, '1', color));
  objects.forEach((object) => index.add(object));
  expect(index.size).toBe(2);
  objects.forEach((object) => index.remove(object));
  expect(index.size).toBe(0);
});

test('an index answers as a search through all objects would, after any changes', () => {
  const change = fc.record({
    key: fc.constantFrom('a', 'b', 'c'),
    values: fc.option(fc.array(fc.constantFrom('x', 'y'))),
  });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
      const store = storeOf();
      store.addIndex('color', colors);
      for (const { key, values } of changes) {
        if (values === null) {
          store.delete(`default/${key}`);
        } else {
          store.set(`default/${key}`, colored(key, '1', values.join(',')));
        }
      }
      for (const value of ['x', 'y']) {
        expect(names(store.byIndex('color', value))).toEqual(
          names(store.all().filter((w) => colors(w).includes(value))),
        );
      }
    }),
  );
});
