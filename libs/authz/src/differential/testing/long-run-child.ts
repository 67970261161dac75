import { Comparison } from './comparison.ts';
import type { Progress } from './progress.ts';

const reportEvery = 2_000;

/** Compares every `step`-th world from `firstSeed` on, until `decisions` are made. */
function compareShare(firstSeed: number, step: number, decisions: number): void {
  const comparison = new Comparison();
  const tell = (progress: Progress) => void process.send?.(progress);
  const tellTotal = (kind: 'running' | 'done', made: number) =>
    tell({ kind, decisions: made, seen: Object.fromEntries(comparison.seen) });
  let made = 0;
  for (let seed = firstSeed; made < decisions; seed += step) {
    const before = made;
    try {
      made += comparison.world(seed, decisions - made);
    } catch (error) {
      tell({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
      return;
    }
    if (Math.floor(made / reportEvery) > Math.floor(before / reportEvery)) {
      tellTotal('running', made);
    }
  }
  tellTotal('done', made);
}

const [firstSeed = 1, step = 1, decisions = 1] = process.argv.slice(2).map(Number);
compareShare(firstSeed, step, decisions);
// The channel to the parent would keep this process alive.
process.disconnect?.();
