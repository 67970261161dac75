import { expect, test } from '@jest/globals';
import fc from 'fast-check';

import { FakeClock } from '@tke/time';

import { WorkQueue } from './work-queue.ts';

interface ModelEntry {
  readonly key: string;
  priority: number;
  /** Undefined once ready. */
  readyAt: number | undefined;
  sequence: number;
}

/** The rules of the queue in the plainest form: one list, searched from end to end. */
class Model {
  readonly handedOut: string[] = [];
  readonly locked = new Set<string>();
  entries: ModelEntry[] = [];
  waitingGets = 0;
  now = 0;
  #sequence = 0;

  add(key: string, priority: number, afterMs: number): void {
    const readyAt = afterMs > 0 ? this.now + afterMs : undefined;
    const entry = this.entries.find((candidate) => candidate.key === key);
    if (entry === undefined) {
      this.entries.push({ key, priority, readyAt, sequence: this.#sequence++ });
    } else {
      const becomesReady = entry.readyAt !== undefined && readyAt === undefined;
      if (becomesReady || (priority > entry.priority && entry.readyAt === undefined)) {
        entry.sequence = this.#sequence++;
      }
      entry.priority = Math.max(entry.priority, priority);
      entry.readyAt =
        entry.readyAt === undefined || readyAt === undefined ? undefined : Math.min(entry.readyAt, readyAt);
    }
    this.dispatch();
  }

  get ready(): ModelEntry[] {
    return this.entries
      .filter(({ readyAt }) => readyAt === undefined)
      .sort((a, b) => b.priority - a.priority || a.sequence - b.sequence);
  }

  dispatch(): void {
    for (const entry of this.ready) {
      if (this.waitingGets > 0 && !this.locked.has(entry.key)) {
        this.waitingGets--;
        this.entries = this.entries.filter((candidate) => candidate !== entry);
        this.locked.add(entry.key);
        this.handedOut.push(`${entry.key}@${entry.priority}`);
      }
    }
  }

  advance(durationMs: number): void {
    const end = this.now + durationMs;
    for (;;) {
      const due = this.entries
        .filter(({ readyAt }) => readyAt !== undefined && readyAt <= end)
        .sort((a, b) => a.readyAt! - b.readyAt! || a.sequence - b.sequence)[0];
      if (due === undefined) {
        break;
      }
      const instant = due.readyAt!;
      this.now = instant;
      for (const entry of this.entries
        .filter(({ readyAt }) => readyAt === instant)
        .sort((a, b) => a.sequence - b.sequence)) {
        entry.readyAt = undefined;
        entry.sequence = this.#sequence++;
      }
      this.dispatch();
    }
    this.now = end;
  }
}

type Operation =
  | { readonly kind: 'add'; readonly key: string; readonly priority: number; readonly afterMs: number }
  | { readonly kind: 'get' }
  | { readonly kind: 'done'; readonly index: number }
  | { readonly kind: 'advance'; readonly ms: number };

const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('add' as const),
      key: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
      priority: fc.constantFrom(-100, 0, 0, 5),
      afterMs: fc.constantFrom(0, 0, 0, 1, 2, 3, 10),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('get' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('done' as const), index: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('advance' as const), ms: fc.constantFrom(1, 2, 5, 20) }) },
);

test('behaves as the plain model for any sequence of operations', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { maxLength: 60 }), async (operations) => {
      const clock = new FakeClock();
      const queue = new WorkQueue({ clock });
      const model = new Model();
      const handedOut: string[] = [];

      for (const step of operations) {
        switch (step.kind) {
          case 'add':
            queue.add(step.key, step);
            model.add(step.key, step.priority, step.afterMs);
            break;
          case 'get':
            void queue.get().then((item) => item && handedOut.push(`${item.key}@${item.priority}`));
            model.waitingGets++;
            model.dispatch();
            break;
          case 'done': {
            const key = [...model.locked][step.index];
            if (key !== undefined) {
              queue.done(key);
              model.locked.delete(key);
              model.dispatch();
            }
            break;
          }
          case 'advance':
            await clock.advance(step.ms);
            model.advance(step.ms);
            break;
        }
        await clock.advance(0);
        expect(handedOut).toEqual(model.handedOut);
        expect(queue.length).toBe(model.ready.length);
      }
    }),
    { numRuns: 300 },
  );
});
