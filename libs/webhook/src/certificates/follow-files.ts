import { watch } from 'node:fs';
import { dirname } from 'node:path';

import type { Logger } from '@tke/log';
import type { Clock } from '@tke/time';

import { Wakeup } from './wakeup.ts';

export interface FollowOptions {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** A bind mount or a network file system sends no events; controller-runtime's certwatcher polls as often. */
const pollMs = 10_000;

/** Files that belong together are written one after the other: their events become one read. */
const settleMs = 100;

/** Calls `load` now and whenever one of the files may have changed, until the signal aborts. */
export async function followFiles(
  paths: readonly string[],
  load: () => Promise<void>,
  { logger, clock, signal }: FollowOptions,
): Promise<void> {
  const changes = new Wakeup();
  for (const directory of new Set(paths.map((path) => dirname(path)))) {
    notifyOfChanges(directory, changes, logger, signal);
  }
  while (!signal.aborted) {
    await load();
    await changes.wait(pollMs, clock, signal);
    await clock.sleep(settleMs, signal).catch(() => undefined);
  }
}

/** The directory, not the files: the kubelet replaces a symbolic link beside them and never touches them. */
function notifyOfChanges(directory: string, changes: Wakeup, logger: Logger, signal: AbortSignal): void {
  const onError = (error: unknown) =>
    logger.warn('Watching certificate files failed, polling them', { directory, error });
  try {
    watch(directory, { persistent: false, signal }, () => changes.notify()).on('error', onError);
  } catch (error) {
    onError(error);
  }
}
