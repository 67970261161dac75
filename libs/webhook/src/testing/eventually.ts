import { setTimeout as delay } from 'node:timers/promises';

/** Repeats an expectation until it holds; fails with its last failure after `withinMs` (default five seconds). */
export async function eventually(check: () => unknown, withinMs = 5000): Promise<void> {
  const end = performance.now() + withinMs;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (performance.now() > end) {
        throw error;
      }
      await delay(5);
    }
  }
}
