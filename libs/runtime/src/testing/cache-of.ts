import { discardLogger } from '@tke/log';
import type { KubeObject } from '@tke/meta';

import { Cache } from '../cache/cache.ts';
import { StaticReader } from './static-reader.ts';

/**
 * A synced cache that holds the given objects. Ends with the signal.
 * @param register asks the cache for what the code under test reads: informers and their indexes
 */
export async function cacheOf(
  objects: readonly KubeObject[],
  register: (cache: Cache) => void,
  signal: AbortSignal,
): Promise<Cache> {
  const cache = new Cache({ reader: new StaticReader(objects), logger: discardLogger });
  register(cache);
  void cache.start(signal);
  await cache.waitForSync(signal);
  return cache;
}
