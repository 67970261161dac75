import { expect, test } from '@jest/globals';
import { Comparison, rareAmong } from './testing/comparison.ts';

// Longer, and on every core: `make test-differential`.
const decisions = 50_000;

test(`${decisions} decisions agree with casbin, but for the listed differences`, () => {
  const comparison = new Comparison();
  let done = 0;
  for (let seed = 1; done < decisions; seed += 1) {
    done += comparison.world(seed, decisions - done);
  }
  // The worlds are worth their name only when every answer, every difference and every feature occurs in them.
  const rare = rareAmong(comparison.seen);
  expect({ rare, seen: rare.length === 0 ? {} : Object.fromEntries(comparison.seen) }).toEqual({ rare: [], seen: {} });
}, 180_000);
