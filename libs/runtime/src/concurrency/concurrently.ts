import { errorMessage } from '@tke/errors';

/**
 * Runs `work` for every item, at most `limit` at a time. Waits for all that was begun, begins nothing more after a failure
 * or an abort, and rejects with one error: of several the same each time, because a status that tells another one at every
 * try would be a change, and its event would end the wait for the next try.
 */
export async function forEachConcurrently<T>(
  items: readonly T[],
  limit: number,
  signal: AbortSignal,
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const failures: unknown[] = [];
  const rest = items.values();
  const worker = async () => {
    for (const item of rest) {
      if (failures.length > 0 || signal.aborted) {
        return;
      }
      await work(item).catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  if (failures.length > 0) {
    throw failures.toSorted((a, b) => errorMessage(a).localeCompare(errorMessage(b), 'en'))[0];
  }
  signal.throwIfAborted();
}
