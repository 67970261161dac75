import { describe, expect, test } from '@jest/globals';

import type { WatchEvent } from '@tke/kube-client';
import type { Kind, KubeObject } from '@tke/meta';
import { FakeClock } from '@tke/time';

import { Cache } from '../cache/cache.ts';
import { ScriptedReader } from '../cache/testing/scripted-reader.ts';
import { added, deleted, makeWidget, modified, streamOf, widget } from '../cache/testing/widgets.ts';
import type { Runnable } from '../manager/runnable.ts';
import { RuntimeMetrics } from '../metrics/runtime-metrics.ts';
import { metricValue } from '../metrics/testing/metric-value.ts';
import { lowPriority } from '../queue/work-queue.ts';
import type { Request } from '../reconcile.ts';
import { controllerFor, type ControllerBuilder, type ControllerHost } from './builder.ts';
import { controllerErrors } from './errors.ts';
import { generationChanged } from './predicates.ts';
import { kindSource } from './source.ts';
import { RecordingLogger } from '@tke/log/testing';

const gadget: Kind = { group: 'example.io', version: 'v1beta1', kind: 'Gadget', plural: 'gadgets', namespaced: true };
const clusterGadget: Kind = { ...gadget, kind: 'ClusterGadget', plural: 'clustergadgets', namespaced: false };
const idle = { reconcile: () => Promise.resolve(undefined) };

function setUp() {
  const logger = new RecordingLogger();
  const reader = new ScriptedReader();
  // A clock that stands still: delivery does not pause when this machine does.
  const clock = new FakeClock();
  const cache = new Cache({ reader, logger, clock, random: () => 0 });
  const runnables: Runnable[] = [];
  const names = new Set<string>();
  const host: ControllerHost = {
    cache,
    logger,
    clock,
    metrics: new RuntimeMetrics({ processDefaults: false }),
    hardStop: new AbortController().signal,
    add: (runnable) => void runnables.push(runnable),
    claimControllerName: (name) => {
      if (names.has(name)) {
        throw controllerErrors.InvalidController(`controller ${name} exists already`);
      }
      names.add(name);
    },
  };
  return { host, reader, cache, runnables };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) {
    await new Promise(setImmediate);
  }
}

type Send = (...events: readonly WatchEvent<KubeObject>[]) => Promise<void>;

interface Watched {
  readonly present?: readonly KubeObject[];
  /** Kinds without objects that the controller watches before the one that the test is about. */
  readonly emptyKinds?: number;
  readonly build: (builder: ControllerBuilder) => ControllerBuilder;
}

/** Runs a controller, hands the test the stream of one kind, and returns what was enqueued; low priority in brackets. */
async function watch(watched: Watched, events: (send: Send) => Promise<void>): Promise<string[]> {
  const { host, reader, cache } = setUp();
  const stream = streamOf('10', ...(watched.present ?? []));
  reader.answer(...Array.from({ length: watched.emptyKinds ?? 0 }, () => streamOf('10')), stream);
  const seen: string[] = [];
  const controller = watched.build(controllerFor(host, 'test')).complete(idle);
  const add = controller.queue.add.bind(controller.queue);
  controller.queue.add = (key, options) => {
    seen.push(options?.priority === lowPriority ? `(${key})` : key);
    add(key, options);
  };
  const stop = new AbortController();
  const ended = Promise.all([cache.start(stop.signal), controller.start(stop.signal)]);
  await settle();
  await events(async (...sent) => {
    stream.watch.send(...sent);
    await settle();
  });
  stop.abort();
  await ended;
  return seen;
}

const owner = (kind: string, name: string, controller: boolean, apiVersion = 'example.io/v1') => ({
  apiVersion,
  kind,
  name,
  uid: `uid-${name}`,
  controller,
});

const ownedBy = (name: string, version: string, ...ownerReferences: ReturnType<typeof owner>[]) =>
  makeWidget(name, version, {
    metadata: { name, namespace: 'default', uid: `uid-${name}`, resourceVersion: version, ownerReferences },
  });

const withReady = (name: string, status: string, reason: string, version = '1') =>
  ({
    ...makeWidget(name, version),
    status: { conditions: [{ type: 'Ready', status, reason }] },
  }) as KubeObject;

test('what is reconciled is counted by its condition Ready, as it is when it is asked for', async () => {
  const { host, reader, cache } = setUp();
  const stream = streamOf(
    '10',
    withReady('a', 'True', 'Succeeded'),
    withReady('b', 'True', 'Succeeded'),
    makeWidget('c', '1'),
  );
  reader.answer(stream);
  controllerFor(host, 'first').for(widget).complete(idle);
  controllerFor(host, 'second').for(widget).complete(idle);
  const resource = 'widgets.example.io';
  const count = (ready: string, reason: string) =>
    metricValue(host.metrics, 'tke_objects', { resource, ready, reason });
  expect(await count('True', 'Succeeded')).toBeUndefined();
  const stop = new AbortController();
  const ended = cache.start(stop.signal);
  await settle();
  expect(await Promise.all([count('True', 'Succeeded'), count('', '')])).toEqual([2, 1]);
  stream.watch.send(modified(withReady('b', 'False', 'Busy', '11')));
  await settle();
  expect(await Promise.all([count('True', 'Succeeded'), count('False', 'Busy')])).toEqual([1, 1]);
  stop.abort();
  await ended;
});

describe('for', () => {
  test('enqueues the object itself: initial list with low priority, everything after with normal one', async () => {
    const a = makeWidget('a', '1');
    const seen = await watch({ present: [a], build: (builder) => builder.for(widget) }, async (send) => {
      await send(added(makeWidget('team/b', '11')));
      await send(modified(makeWidget('a', '12')));
      await send(deleted(makeWidget('team/b', '13')));
    });
    expect(seen).toEqual(['(default/a)', 'team/b', 'default/a', 'default/a', 'team/b']);
  });

  test('predicates of the watch and of the controller must all let an event pass', async () => {
    const spec = (version: string, generation: number, color: string) =>
      makeWidget('a', version, {
        metadata: { name: 'a', namespace: 'default', uid: 'uid-a', resourceVersion: version, generation },
        spec: { color },
      });
    const seen = await watch(
      {
        present: [spec('1', 1, 'red')],
        build: (builder) =>
          builder
            .withPredicates(generationChanged)
            .for(widget, { predicates: [{ update: (_, after) => after.spec?.color !== 'blue' }] }),
      },
      async (send) => {
        await send(modified(spec('11', 1, 'red')));
        await send(modified(spec('12', 2, 'blue')));
        await send(modified(spec('13', 3, 'green')));
      },
    );
    expect(seen).toEqual(['(default/a)', 'default/a', 'default/a']);
  });

  test('an object that was deleted and created again at once passes, though its generation is the same', async () => {
    const first = makeWidget('a', '1', { uid: 'first' });
    const seen = await watch(
      { present: [first], build: (builder) => builder.for(widget, { predicates: [generationChanged] }) },
      (send) => send(modified(makeWidget('a', '11', { uid: 'second' }))),
    );
    expect(seen).toEqual(['(default/a)', 'default/a', 'default/a']);
  });
});

describe('owns', () => {
  const owned = (present: readonly KubeObject[], events: (send: Send) => Promise<void>, ownerKind = gadget) =>
    watch({ present, emptyKinds: 1, build: (builder) => builder.owns(widget).for(ownerKind) }, events);

  test('enqueues the controlling owner, whatever its version, of both the old and the new object', async () => {
    const seen = await owned([ownedBy('w', '1', owner('Gadget', 'g1', true))], (send) =>
      send(modified(ownedBy('w', '11', owner('Gadget', 'g2', true, 'example.io/v2')))),
    );
    expect(seen).toEqual(['(default/g1)', 'default/g1', 'default/g2']);
  });

  test('no other owners, kinds or groups', async () => {
    const seen = await owned([], async (send) => {
      await send(added(ownedBy('not-controlled', '11', owner('Gadget', 'g', false))));
      await send(added(ownedBy('other-kind', '12', owner('Gizmo', 'g', true))));
      await send(added(ownedBy('other-group', '13', owner('Gadget', 'g', true, 'example.com/v1'))));
      await send(added(ownedBy('core-group', '14', owner('Gadget', 'g', true, 'v1'))));
      await send(added(ownedBy('nobody', '15')));
      await send(added(ownedBy('one-of-two', '16', owner('Gizmo', 'x', false), owner('Gadget', 'g', true))));
    });
    expect(seen).toEqual(['default/g']);
  });

  test('a cluster-scoped owner has no namespace', async () => {
    const seen = await owned(
      [],
      (send) => send(added(ownedBy('w', '11', owner('ClusterGadget', 'g', true)))),
      clusterGadget,
    );
    expect(seen).toEqual(['g']);
  });
});

describe('watches', () => {
  test('maps the old and the new object of an update, and knows which is which', async () => {
    const colored = (version: string, color: string) => makeWidget('a', version, { spec: { color } });
    const map = (
      object: { spec?: { color?: string } | undefined },
      previous?: { spec?: { color?: string } | undefined },
    ): Request[] => [{ name: `${object.spec?.color ?? ''}-${previous?.spec?.color ?? 'none'}` }];
    const seen = await watch(
      { present: [colored('1', 'red')], build: (builder) => builder.watches(widget, map) },
      (send) => send(modified(colored('11', 'blue'))),
    );
    expect(seen).toEqual(['(red-none)', 'red-none', 'blue-red']);
  });

  test('a mapper may name many requests, or none', async () => {
    const map = ({ metadata }: { metadata: { name?: string } }): Request[] =>
      metadata.name === 'many' ? [{ name: 'x' }, { cluster: 'cls-1', namespace: 'ns', name: 'y' }] : [];
    const seen = await watch({ build: (builder) => builder.watches(widget, map) }, async (send) => {
      await send(added(makeWidget('many', '11')), added(makeWidget('none', '12')));
    });
    expect(seen).toEqual(['x', 'cls-1|ns/y']);
  });

  test('a controller that has ended lets go of its informers', async () => {
    const { host, reader, cache } = setUp();
    const stream = streamOf('10');
    reader.answer(stream);
    const mapped: string[] = [];
    const map = ({ metadata }: { metadata: { name?: string } }): Request[] => (mapped.push(metadata.name ?? ''), []);
    const controller = controllerFor(host, 'test').watches(widget, map).complete(idle);
    const [stopCache, stopController] = [new AbortController(), new AbortController()];
    const cacheEnded = cache.start(stopCache.signal);
    const controllerEnded = controller.start(stopController.signal);
    stream.watch.send(added(makeWidget('before', '11')));
    await settle();
    stopController.abort();
    await controllerEnded;
    stream.watch.send(added(makeWidget('after', '12')));
    await settle();
    stopCache.abort();
    await cacheEnded;
    expect(mapped).toEqual(['before']);
  });

  test('a source of a member cluster stamps its cluster', async () => {
    const { host, reader, cache } = setUp();
    reader.answer(streamOf('10', makeWidget('a', '1')));
    const source = kindSource({
      cache,
      kind: widget,
      map: () => [{ namespace: 'ns', name: 'a' }],
      predicate: {},
      cluster: 'cls-1',
    });
    const reconciled = Promise.withResolvers<Request>();
    const controller = controllerFor(host, 'test')
      .watchesSource(source)
      .complete({ reconcile: (request) => (reconciled.resolve(request), Promise.resolve(undefined)) });
    const stop = new AbortController();
    const ended = Promise.all([cache.start(stop.signal), controller.start(stop.signal)]);
    await expect(reconciled.promise).resolves.toEqual({ cluster: 'cls-1', namespace: 'ns', name: 'a' });
    stop.abort();
    await ended;
  });
});

describe('complete', () => {
  test('adds the controller to the manager, for the leader only unless told otherwise', () => {
    const { host, runnables } = setUp();
    const first = controllerFor(host, 'first').for(widget).complete(idle);
    const second = controllerFor(host, 'second').for(widget).withOptions({ leaderOnly: false }).complete(idle);
    expect(runnables).toEqual([first, second]);
    expect(runnables.map(({ leaderOnly }) => leaderOnly)).toEqual([true, false]);
  });

  test.each<[string, string, (builder: ControllerBuilder) => ControllerBuilder]>([
    ['watches nothing; call for(), watches() or watchesSource()', 'x', (builder) => builder],
    ['is for Widget and for Gadget; one kind is reconciled', 'x', (builder) => builder.for(widget).for(gadget)],
    ['owns Widget, but no owner kind was named; call for()', 'x', (builder) => builder.owns(widget)],
    ['must be named with lower-case letters', 'No_Label', (builder) => builder.for(widget)],
    ['must be named with lower-case letters', '', (builder) => builder.for(widget)],
  ])('%s is refused', (problem, name, build) => {
    const { host, runnables } = setUp();
    expect(() => build(controllerFor(host, name)).complete(idle)).toThrow(problem);
    expect(runnables).toEqual([]);
  });

  test('two controllers of one name are refused', () => {
    const { host, runnables } = setUp();
    controllerFor(host, 'test').for(widget).complete(idle);
    expect(() => controllerFor(host, 'test').for(gadget).complete(idle)).toThrow('exists already');
    expect(runnables).toHaveLength(1);
  });
});
