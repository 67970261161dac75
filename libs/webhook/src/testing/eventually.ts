import { setTimeout as delay } from 'node:timers/promises';

/** Repeats an expectation until it holds, and resolves with its value; fails with its last failure after `withinMs` (default thirty seconds). */
export async function eventually<T>(check: () => T | Promise<T>, withinMs = 30_000): Promise<T> {
  const end = performance.now() + withinMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > end) {
        throw error;
      }
      await delay(5);
    }
  }
}
