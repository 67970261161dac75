import { isConflict, type Client } from '@tke/kube-client';
import { keyOf, type DeepReadonly, type Kind, type KubeObject } from '@tke/meta';
import { jsonEqual, patchStatus } from '@tke/runtime';

import { fieldManager } from '../names.ts';

export type StatusFields<T extends { status?: object }> = DeepReadonly<NonNullable<T['status']>>;

/** Fields of a status that are set, or taken out where they are undefined. */
export type StatusChange<T extends { status?: object }> = {
  readonly [K in keyof StatusFields<T>]?: StatusFields<T>[K] | undefined;
};

type Part = Readonly<Record<string, unknown>>;

/** Writes between which others may come: of spec, of metadata, of other fields of the status. */
const mostTries = 5;

/**
 * The status of one object during one pass: several things write to it (plan, host keys, the outcome at the end), and each sees what the
 * others wrote. `object` is always the newest version that was answered.
 *
 * What somebody else has written meanwhile is not written over, such as the journal of a newer leader: that is a conflict, as the pass goes
 * by what is not so any more.
 */
export class StatusDraft<T extends KubeObject & { status?: object }> {
  /** Of the object the pass began with: a change of spec meanwhile brings `object` a newer one, which nobody has acted on yet. */
  readonly generation: number | undefined;
  readonly #client: Pick<Client, 'get' | 'patch'>;
  readonly #kind: Kind<T>;
  readonly #signal: AbortSignal;
  #object: DeepReadonly<T>;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(client: Pick<Client, 'get' | 'patch'>, kind: Kind<T>, object: DeepReadonly<T>, signal: AbortSignal) {
    this.#client = client;
    this.#kind = kind;
    this.generation = object.metadata.generation;
    this.#object = object;
    this.#signal = signal;
  }

  get object(): DeepReadonly<T> {
    return this.#object;
  }

  /**
   * Fields that are undefined are taken out; those that are missing stay. Writes of one draft follow each other. Rejects with a conflict
   * (`isConflict`) when a field to be changed is not as it was when `change` was asked for the first time.
   */
  update(change: (status: StatusFields<T>) => StatusChange<T>): Promise<void> {
    const write = this.#tail.then(() => this.#write(change));
    this.#tail = write.catch(() => undefined);
    return write;
  }

  async #write(change: (status: StatusFields<T>) => StatusChange<T>): Promise<void> {
    for (let tries = 1; ; tries++) {
      const before = statusOf(this.#object);
      const next = { ...before, ...change(before as StatusFields<T>) };
      try {
        this.#object = await patchStatus(this.#client, this.#kind, this.#object, next as never, {
          signal: this.#signal,
          fieldManager,
          optimisticLock: true,
        });
        return;
      } catch (error) {
        if (!isConflict(error) || tries === mostTries) {
          throw error;
        }
        this.#object = await this.#unless(before, next, error);
      }
    }
  }

  /** The object as it is now. Rejects with `error` where it is another one, or a field that changes from `before` to `next` is neither. */
  async #unless(before: Part, next: Part, error: unknown): Promise<DeepReadonly<T>> {
    const { metadata } = this.#object;
    const now = (await this.#client.get(this.#kind, keyOf({ metadata }), { signal: this.#signal })) as DeepReadonly<T>;
    const status = statusOf(now);
    const isTaken = (field: string) =>
      !jsonEqual(before[field], next[field]) &&
      !jsonEqual(status[field], before[field]) &&
      !jsonEqual(status[field], next[field]); // ours, where only the answer was lost
    if (now.metadata.uid !== metadata.uid || Object.keys(next).some(isTaken)) {
      throw error;
    }
    return now;
  }
}

function statusOf(object: DeepReadonly<KubeObject>): Part {
  return (object as { readonly status?: Part }).status ?? {};
}
