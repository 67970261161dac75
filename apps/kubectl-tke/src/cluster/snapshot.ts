import { isForbidden, type Client, type Reader, type WatchEvent, type WatchOptions } from '@tke/kube-client';
import { kindKey, type Kind, type KubeObject } from '@tke/meta';

import { cliErrors } from '../errors.ts';

/** The objects of some kinds at one moment, by `kindKey`. */
export type Snapshot = ReadonlyMap<string, readonly KubeObject[]>;

export interface ReadOptions {
  readonly signal: AbortSignal;
  /** Kinds that the snapshot is worth nothing without. */
  readonly isNeeded: (kind: Kind) => boolean;
  readonly note: (text: string) => void;
}

/**
 * Leaves out, with a note, what may not be listed and is not needed. Rejects with `RulesNotReadable` when a needed kind may
 * not be listed.
 */
export async function readSnapshot(
  client: Pick<Client, 'list'>,
  kinds: readonly Kind[],
  { signal, isNeeded, note }: ReadOptions,
): Promise<Snapshot> {
  const lists = await Promise.all(
    kinds.map(async (kind) => [kindKey(kind), await listAll(client, kind, isNeeded(kind), signal)] as const),
  );
  const hidden = lists.flatMap(([name, objects]) => (objects === undefined ? [name] : []));
  if (hidden.length > 0) {
    note(`may not list ${hidden.join(', ')}: this answer needs none of them`);
  }
  return new Map(lists.map(([name, objects = []]) => [name, objects]));
}

/** Undefined when they may not be listed and are not needed. */
async function listAll(
  client: Pick<Client, 'list'>,
  kind: Kind,
  isNeeded: boolean,
  signal: AbortSignal,
): Promise<readonly KubeObject[] | undefined> {
  try {
    return (await client.list(kind, { signal })).items;
  } catch (cause) {
    if (!isForbidden(cause)) {
      throw cause;
    }
    if (isNeeded) {
      throw cliErrors.RulesNotReadable(`may not list ${kindKey(kind)}: ${cause.message}`, { cause });
    }
    return undefined;
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
