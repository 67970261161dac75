import { setImmediate as nextLoopTurn } from 'node:timers/promises';

import { describe, expect, test } from '@jest/globals';
import { FakeClock } from '@tke/time';

import { recorder, widgetCache } from './testing/cache-run.ts';
import { added, deleted, makeWidget, modified, streamOf, watchOf, widget, type Widget } from './testing/widgets.ts';

const a1 = () => makeWidget('a', '1');

/** A clock on which every look costs half a millisecond: the load of a machine does not come into it. */
class CostlyClock extends FakeClock {
  #looks = 0;

  override monotonic(): number {
    return this.#looks++ / 2;
  }
}

describe('a handler that is added late', () => {
  test('hears the present objects as its own initial list, and then the same as the others', async () => {
    const list = streamOf('5', a1(), makeWidget('b', '1'));
    const { informer, start, after, end } = widgetCache([list]);
    const [early, late] = [recorder(), recorder()];
    informer.addHandler(early.handler);
    await start();
    list.watch.send(modified(makeWidget('a', '6')));
    await after(0);
    const registration = informer.addHandler(late.handler);
    expect(late.heard).toEqual([]);
    list.watch.send(deleted(makeWidget('b', '7')));
    await after(0);
    expect(late.heard).toEqual(['add a@6 (initial)', 'add b@1 (initial)', 'delete b@7']);
    expect(early.heard.slice(2)).toEqual(['update a@1 to a@6', 'delete b@7']);
    expect(registration.synced).toBe(true);
    await end();
  });

  test('while the first list is being delivered hears everything once', async () => {
    const objects = Array.from({ length: 100 }, (_, i) => makeWidget(`w${i}`, '1'));
    const list = streamOf('5', ...objects);
    const { informer, start, end } = widgetCache([list], { clock: new CostlyClock() });
    const late = recorder();
    informer.addHandler({
      onAdd: ({ metadata }) => {
        if (metadata.name === 'w1') {
          informer.addHandler(late.handler);
        }
      },
    });
    await start();
    list.watch.send(added(makeWidget('last', '6')));
    while (!late.heard.includes('add last@6')) {
      await nextLoopTurn();
    }
    expect(late.heard).toEqual([...objects.map(({ metadata }) => `add ${metadata.name}@1 (initial)`), 'add last@6']);
    await end();
  });
});

describe('the sync of a handler', () => {
  test('comes with the last object of its initial list, not with that of the store', async () => {
    const first = recorder();
    const { cache, informer, stop, start, end } = widgetCache([streamOf('5', a1(), makeWidget('b', '1'))]);
    const seen: boolean[] = [];
    const registration = informer.addHandler({
      onAdd: (object, initialList) => {
        first.handler.onAdd?.(object, initialList);
        seen.push(informer.synced, registration.synced);
      },
    });
    const synced = registration.waitForSync(stop.signal).then(() => first.heard.length);
    expect([cache.synced, informer.synced, registration.synced]).toEqual([false, false, false]);
    await start();
    expect(seen).toEqual([true, false, true, false]);
    expect([cache.synced, informer.synced, registration.synced]).toEqual([true, true, true]);
    await expect(synced).resolves.toBe(2);
    await end();
  });

  test('comes for an empty list as well', async () => {
    const { informer, start, end } = widgetCache([streamOf('5')]);
    const registration = informer.addHandler({});
    await start();
    expect(registration.synced).toBe(true);
    await end();
  });

  test('does not come from a list that is not complete', async () => {
    const { cache, informer, start, end } = widgetCache([watchOf(added(a1()))]);
    const registration = informer.addHandler({});
    await start();
    expect([cache.synced, informer.synced, registration.synced]).toEqual([false, false, false]);
    await end();
  });

  test('can be given up waiting for', async () => {
    const { informer } = widgetCache([]);
    const waiting = informer.addHandler({}).waitForSync(AbortSignal.abort(new Error('given up')));
    await expect(waiting).rejects.toThrow('given up');
  });
});

describe('a handler that is removed', () => {
  test('hears nothing more, and the others go on', async () => {
    const list = streamOf('5', a1());
    const { informer, start, after, end } = widgetCache([list]);
    const [removed, other] = [recorder(), recorder()];
    const registration = informer.addHandler(removed.handler);
    informer.addHandler(other.handler);
    await start();
    registration.remove();
    registration.remove();
    list.watch.send(modified(makeWidget('a', '6')));
    await after(0);
    expect(removed.heard).toEqual(['add a@1 (initial)']);
    expect(other.heard).toEqual(['add a@1 (initial)', 'update a@1 to a@6']);
    await end();
  });

  test('by itself, in the middle of its initial list, hears no more of it', async () => {
    const { informer, start, end } = widgetCache([streamOf('5', a1(), makeWidget('b', '1'))]);
    const { heard, handler } = recorder();
    const registration = informer.addHandler({
      onAdd: (object, initialList) => {
        handler.onAdd?.(object, initialList);
        registration.remove();
      },
    });
    await start();
    expect(heard).toEqual(['add a@1 (initial)']);
    await end();
  });
});

test('a handler added twice hears everything twice, and can be removed once', async () => {
  const list = streamOf('5');
  const { informer, start, after, end } = widgetCache([list]);
  const { heard, handler } = recorder();
  const first = informer.addHandler(handler);
  informer.addHandler(handler);
  await start();
  list.watch.send(added(makeWidget('a', '6')));
  await after(0);
  first.remove();
  list.watch.send(added(makeWidget('b', '7')));
  await after(0);
  expect(heard).toEqual(['add a@6', 'add a@6', 'add b@7']);
  await end();
});

test('a handler that throws loses that call only, is named in the log, and harms neither the others nor the watch', async () => {
  const list = streamOf('5', a1());
  const { informer, start, after, end, log } = widgetCache([list]);
  const fail = () => {
    throw new Error('boom');
  };
  const { heard, handler } = recorder();
  const failing = informer.addHandler({ onAdd: fail, onUpdate: fail, onDelete: fail });
  informer.addHandler(handler);
  await start();
  expect(failing.synced).toBe(true);
  list.watch.send(modified(makeWidget('a', '6')), deleted(makeWidget('a', '7')));
  await after(0);
  expect(heard).toEqual(['add a@1 (initial)', 'update a@1 to a@6', 'delete a@7']);
  expect(log().match(/Event handler failed.*|default\/a|boom/g)?.length).toBeGreaterThanOrEqual(3);
  await end();
});

test('nothing is delivered after the end', async () => {
  const list = streamOf('5');
  const { informer, start, after, end } = widgetCache([list]);
  const { heard, handler } = recorder();
  informer.addHandler(handler);
  await start();
  const ended = end();
  list.watch.send(added(a1()));
  await ended;
  await after(0);
  expect(heard).toEqual([]);
});

test('10,000 objects are taken in and delivered a few at a time, with turns of the event loop in between', async () => {
  const objects = Array.from({ length: 10_000 }, (_, i) => makeWidget(`w${i}`, String(i)));
  const work = { taken: 0, delivered: 0 };
  const transform = (object: Widget) => {
    work.taken++;
    return object;
  };
  const onAdd = () => {
    work.delivered++;
  };
  const { cache, informer, start, end } = widgetCache([streamOf('5', ...objects)], {
    clock: new CostlyClock(),
    options: { transform },
  });
  const handlers = [0, 1, 2].map(() => informer.addHandler({ onAdd }));
  let most = 0;
  const untilSynced = async () => {
    while (!handlers.every(({ synced }) => synced)) {
      const before = { ...work };
      await nextLoopTurn();
      most = Math.max(most, work.taken - before.taken, work.delivered - before.delivered);
    }
  };
  await Promise.all([start(), untilSynced()]);
  expect(work).toEqual({ taken: 10_000, delivered: 30_000 });
  expect(cache.list(widget)).toHaveLength(10_000);
  handlers.push(informer.addHandler({ onAdd }));
  await untilSynced();
  expect(work.delivered).toBe(40_000);
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThan(100);
  await end();
});
