import { isForbidden, type Client, type Reader, type WatchEvent, type WatchOptions } from '@tke/kube-client';
import { kindKey, type Kind, type KubeObject } from '@tke/meta';

import { cliErrors } from '../errors.ts';

/** The objects of some kinds at one moment, by `kindKey`. */
export type Snapshot = ReadonlyMap<string, readonly KubeObject[]>;

/** Rejects with `RulesNotReadable` when one of the kinds may not be listed. */
export async function readSnapshot(client: Client, kinds: readonly Kind[], signal: AbortSignal): Promise<Snapshot> {
  const lists = kinds.map(async (kind) => [kindKey(kind), await listAll(client, kind, signal)] as const);
  return new Map(await Promise.all(lists));
}

async function listAll(client: Client, kind: Kind, signal: AbortSignal): Promise<readonly KubeObject[]> {
  try {
    return (await client.list(kind, { signal })).items;
  } catch (cause) {
    if (isForbidden(cause)) {
      throw cliErrors.RulesNotReadable(`may not list ${kindKey(kind)}: ${cause.message}`, { cause });
    }
    throw cause;
  }
}

/** Lets a cache read a snapshot: every watch is a streaming list of objects that never change. */
export class SnapshotReader implements Reader {
  readonly #snapshot: Snapshot;

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot;
  }

  get(): never {
    throw new Error('a snapshot is read by watches');
  }

  list(): never {
    throw new Error('a snapshot is read by watches');
  }

  listPages(): never {
    throw new Error('a snapshot is read by watches');
  }

  async *watch<T extends KubeObject>(kind: Kind<T>, { signal }: WatchOptions = {}): AsyncIterable<WatchEvent<T>> {
    for (const object of this.#snapshot.get(kindKey(kind)) ?? []) {
      // A cache makes its own use of the metadata, and then freezes what it was given.
      yield { type: 'ADDED', object: { ...object, metadata: structuredClone(object.metadata) } as T };
    }
    yield { type: 'BOOKMARK', resourceVersion: '1', initialEventsEnd: true };
    if (signal?.aborted !== true) {
      await new Promise((resolve) => signal?.addEventListener('abort', resolve, { once: true }));
    }
  }
}
