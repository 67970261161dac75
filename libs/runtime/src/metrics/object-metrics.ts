import { Gauge, type Registry } from 'prom-client';

import { isCoded } from '@tke/errors';
import type { Condition, DeepReadonly, KubeObject } from '@tke/meta';

type Observed = DeepReadonly<KubeObject & { status?: { conditions?: Condition[] } }>;

/** Lists the objects of one resource as they are known. Throws while they are not. */
type List = () => readonly DeepReadonly<KubeObject>[];

/** Counts what controllers answer for by how it is. Counted when scraped: the objects are in memory, and no event is missed. */
export class ObjectMetrics {
  readonly #lists = new Map<string, List>();

  constructor(registry: Registry) {
    const lists = this.#lists;
    new Gauge({
      name: 'tke_objects',
      help: 'Objects that are reconciled, by what their condition Ready says; ready is empty where there is none.',
      labelNames: ['resource', 'ready', 'reason'],
      registers: [registry],
      collect() {
        this.reset();
        for (const [resource, list] of lists) {
          for (const object of known(list)) {
            const { status: ready = '', reason = '' } = readyOf(object) ?? {};
            this.inc({ resource, ready, reason });
          }
        }
      },
    });
  }

  /** @param resource as `projects.business.tkestack.io`. Told again, it is counted once. */
  track(resource: string, list: List): void {
    this.#lists.set(resource, list);
  }
}

/** A replica that has just started knows nothing yet. */
function known(list: List): ReturnType<List> {
  try {
    return list();
  } catch (error) {
    if (isCoded(error, 'CacheNotStarted', 'CacheNotSynced')) {
      return [];
    }
    throw error;
  }
}

function readyOf({ status }: Observed): DeepReadonly<Condition> | undefined {
  return status?.conditions?.find(({ type }) => type === 'Ready');
}
