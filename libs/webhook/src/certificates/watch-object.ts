import type { Reader } from '@tke/kube-client';
import type { Logger } from '@tke/log';
import type { Kind, KubeObject, ObjectKey } from '@tke/meta';
import { exponentialDelay, withJitter, type Clock, type Random } from '@tke/time';

export interface WatchObjectOptions<T extends KubeObject> {
  readonly reader: Reader;
  readonly kind: Kind<T>;
  readonly key: ObjectKey;
  /** Called with the present state, at first and after each change; undefined while there is no such object. */
  readonly onChange: (object: T | undefined) => void;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: Random;
}

/** Also the pause between two watches that ended well, so that a server that ends them at once is not hammered. */
const backoff = { baseMs: 1000, capMs: 60_000 };
const watchSeconds = 300;

/**
 * Follows one object until the signal aborts; never rejects. An informer would keep every object of the kind, and
 * needs the right to list them all: a list with `metadata.name` as field selector is authorized by resourceNames.
 */
export async function watchObject<T extends KubeObject>(
  options: WatchObjectOptions<T>,
  signal: AbortSignal,
): Promise<void> {
  const { kind, key, logger, clock, random } = options;
  let failures = 0;
  for (;;) {
    try {
      await followOnce(options, signal);
      failures = 0;
    } catch (error) {
      if (signal.aborted) {
        return;
      }
      failures++;
      logger.warn('Watching an object failed', { kind: kind.kind, ...key, error });
    }
    const delay = withJitter(exponentialDelay(Math.max(0, failures - 1), backoff), 0.5, random);
    await clock.sleep(delay, signal).catch(() => undefined);
    if (signal.aborted) {
      return;
    }
  }
}

async function followOnce<T extends KubeObject>(
  { reader, kind, key, onChange, random }: WatchObjectOptions<T>,
  signal: AbortSignal,
): Promise<void> {
  const selector = {
    ...(key.namespace === undefined ? {} : { namespace: key.namespace }),
    fieldSelector: `metadata.name=${key.name}`,
    signal,
  };
  const { items, metadata } = await reader.list(kind, selector);
  onChange(items[0]);
  const { resourceVersion = '0' } = metadata;
  const timeoutSeconds = Math.round(withJitter(watchSeconds, 1, random));
  for await (const event of reader.watch(kind, { ...selector, resourceVersion, timeoutSeconds })) {
    if (event.type !== 'BOOKMARK') {
      onChange(event.type === 'DELETED' ? undefined : event.object);
    }
  }
}
