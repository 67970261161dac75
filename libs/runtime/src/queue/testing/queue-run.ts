import { FakeClock } from '@tke/time';

import { WorkQueue, type QueueItem, type WorkQueueOptions } from '../work-queue.ts';

/** A queue, its clock, and what it reported. */
export function setUp(options: WorkQueueOptions = {}) {
  const clock = new FakeClock();
  const counts = { added: 0, retried: 0, waitedMs: [] as number[], workedMs: [] as number[] };
  const observer = {
    added: () => counts.added++,
    retried: () => counts.retried++,
    handedOut: (ms: number) => void counts.waitedMs.push(ms),
    finished: (ms: number) => void counts.workedMs.push(ms),
  };
  const queue = new WorkQueue({ clock, observer, ...options });
  return { clock, queue, counts };
}

/** What `get` has resolved with by now; `waiting` if it has not. */
export async function taken(get: Promise<QueueItem | undefined>): Promise<QueueItem | undefined | 'waiting'> {
  return Promise.race([get, new Promise<'waiting'>((resolve) => setImmediate(() => resolve('waiting')))]);
}

/** The next key with its priority. */
export async function next(queue: WorkQueue): Promise<string> {
  const item = await queue.get();
  return item === undefined ? 'shut down' : `${item.key}@${item.priority}`;
}

/** All that is ready, in order. */
export async function drain(queue: WorkQueue): Promise<string[]> {
  const order: string[] = [];
  while (queue.length > 0) {
    order.push(await next(queue));
  }
  return order;
}
