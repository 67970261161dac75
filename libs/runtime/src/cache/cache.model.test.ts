import { expect, jest, test } from '@jest/globals';
import { discardLogger } from '@tke/log';
import type { KubeObject } from '@tke/meta';
import { FakeClock } from '@tke/time';
import fc from 'fast-check';

import { Cache } from './cache.ts';
import type { StoredWidget } from './testing/cache-run.ts';
import { ModelServer, type Fault } from './testing/model-server.ts';
import { widget } from './testing/widgets.ts';
import type { EventHandler } from './types.ts';

jest.setTimeout(30_000);

type Step = (server: ModelServer, clock: FakeClock) => unknown;

const names = ['a', 'b', 'c', 'd', 'e'];
const name = fc.constantFrom(...names);
const fault = fc.constantFrom<Fault>('refused', 'tooManyRequests', 'internalError', 'expired');
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: name.map(
      (text): Step =>
        (server) =>
          server.write(text),
    ),
  },
  {
    weight: 3,
    arbitrary: name.map(
      (text): Step =>
        (server) =>
          server.delete(text),
    ),
  },
  { weight: 1, arbitrary: fc.constant<Step>((server) => server.forget()) },
  { weight: 1, arbitrary: fc.constant<Step>((server) => server.sendBookmark()) },
  {
    weight: 2,
    arbitrary: fc.constantFrom('cut' as const, 'end' as const).map(
      (how): Step =>
        (server) =>
          server.interrupt(how),
    ),
  },
  {
    weight: 2,
    arbitrary: fault.map(
      (text): Step =>
        (server) =>
          server.fail(text),
    ),
  },
  {
    weight: 6,
    arbitrary: fc.constantFrom(0, 0, 0, 900, 40_000).map(
      (ms): Step =>
        (_, clock) =>
          clock.advance(ms),
    ),
  },
);

const short = ({ metadata }: StoredWidget) => `${metadata.name}@${metadata.resourceVersion} ${metadata.uid}`;
const state = (objects: Iterable<StoredWidget | KubeObject>) => [...objects].map((object) => short(object)).sort();

/** Applies what it hears to a picture of its own, and takes note of what does not fit the picture. */
class Follower implements EventHandler {
  readonly picture = new Map<string | undefined, StoredWidget>();
  readonly problems: string[] = [];

  onAdd = (object: StoredWidget): void => {
    this.#expect(undefined, object, 'add');
    this.picture.set(object.metadata.name, object);
  };

  onUpdate = (before: StoredWidget, after: StoredWidget): void => {
    this.#expect(before, after, 'update');
    this.picture.set(after.metadata.name, after);
  };

  onDelete = (object: StoredWidget): void => {
    if (!this.picture.delete(object.metadata.name)) {
      this.problems.push(`delete of unknown ${short(object)}`);
    }
  };

  #expect(before: StoredWidget | undefined, object: StoredWidget, event: string): void {
    const known = this.picture.get(object.metadata.name);
    if (known !== before) {
      this.problems.push(`${event} ${short(object)} while ${known === undefined ? 'nothing' : short(known)} is known`);
    }
    if (known !== undefined && Number(object.metadata.resourceVersion) <= Number(known.metadata.resourceVersion)) {
      this.problems.push(`${event} goes back from ${short(known)} to ${short(object)}`);
    }
  }
}

test.each([true, false])(
  'whatever happens, cache and handlers end up with what the server has (streaming lists: %s)',
  async (streaming) => {
    await fc.assert(
      fc.asyncProperty(
        fc.subarray(names),
        fc.array(step, { minLength: 5, maxLength: 40 }),
        fc.nat(40),
        async (initial, steps, late) => {
          const clock = new FakeClock();
          const server = new ModelServer(streaming);
          initial.forEach((text) => server.write(text));
          const cache = new Cache({ reader: server, logger: discardLogger, clock, random: () => 0 });
          const informer = cache.informer(widget);
          const followers = [new Follower()];
          followers.forEach((follower) => informer.addHandler(follower));
          const stop = new AbortController();
          const running = cache.start(stop.signal);
          for (const [at, play] of steps.entries()) {
            if (at === late) {
              const follower = new Follower();
              followers.push(follower);
              informer.addHandler(follower);
            }
            await play(server, clock);
          }
          for (let turn = 0; turn < 60; turn++) {
            await clock.advance(10_000);
          }
          const expected = state(server.objects.values());
          expect(state(cache.list(widget))).toEqual(expected);
          for (const { picture, problems } of followers) {
            expect(problems).toEqual([]);
            expect(state(picture.values())).toEqual(expected);
          }
          stop.abort();
          await running;
        },
      ),
      { numRuns: 500 },
    );
  },
);
