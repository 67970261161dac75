import { setImmediate as nextLoopTurn } from 'node:timers/promises';

import { describe, expect, test } from '@jest/globals';

import { FakeClock } from './fake-clock.ts';
import { TimeSlice } from './time-slice.ts';

/** A clock on which every look costs a millisecond. */
class CostlyClock extends FakeClock {
  #looks = 0;

  override monotonic(): number {
    return this.#looks++;
  }
}

describe('a time slice', () => {
  test('is spent after a few milliseconds, and whole again in the next turn of the loop', async () => {
    const slice = new TimeSlice(new CostlyClock());
    const steps = () => {
      let done = 0;
      while (!slice.spent) {
        done++;
      }
      return done;
    };
    const first = steps();
    expect(first).toBeGreaterThan(2);
    expect(first).toBeLessThan(20);
    expect(steps()).toBe(0);
    await nextLoopTurn();
    expect(steps()).toBe(first);
  });

  test('is never spent while no time passes', () => {
    const slice = new TimeSlice(new FakeClock());
    expect(Array.from({ length: 1000 }, () => slice.spent)).not.toContain(true);
  });

  test('goes to those who wait in turn, one per turn of the loop', async () => {
    const slice = new TimeSlice(new CostlyClock());
    const order: string[] = [];
    const work = async (name: string) => {
      for (let step = 0; step < 30; step++) {
        if (slice.spent) {
          await slice.nextTurn();
          order.push(name);
        }
      }
    };
    const ended = new Set<string>();
    const all = Promise.all(['a', 'b', 'c'].map((name) => work(name).then(() => ended.add(name))));
    const perTurn: number[] = [];
    while (ended.size < 3) {
      const before = order.length;
      await nextLoopTurn();
      perTurn.push(order.length - before);
    }
    await all;
    expect(order.slice(0, 6)).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
    expect(Math.max(...perTurn)).toBe(1);
  });
});
