import type { Client } from '@tke/kube-client';
import type { DeepReadonly, Kind, KubeObject } from '@tke/meta';
import { patchStatus } from '@tke/runtime';

import { fieldManager } from '../names.ts';

export type StatusFields<T extends { status?: object }> = DeepReadonly<NonNullable<T['status']>>;

/** Fields of a status that are set, or taken out where they are undefined. */
export type StatusChange<T extends { status?: object }> = {
  readonly [K in keyof StatusFields<T>]?: StatusFields<T>[K] | undefined;
};

/**
 * The status of one object during one pass: several things write to it (plan, host keys, the outcome at the end), and each sees what the
 * others wrote. `object` is always the newest version that was answered.
 */
export class StatusDraft<T extends KubeObject & { status?: object }> {
  /** Of the object the pass began with: a change of spec meanwhile brings `object` a newer one, which nobody has acted on yet. */
  readonly generation: number | undefined;
  readonly #client: Pick<Client, 'patch'>;
  readonly #kind: Kind<T>;
  readonly #signal: AbortSignal;
  #object: DeepReadonly<T>;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(client: Pick<Client, 'patch'>, kind: Kind<T>, object: DeepReadonly<T>, signal: AbortSignal) {
    this.#client = client;
    this.#kind = kind;
    this.generation = object.metadata.generation;
    this.#object = object;
    this.#signal = signal;
  }

  get object(): DeepReadonly<T> {
    return this.#object;
  }

  /** Fields that are undefined are taken out; those that are missing stay. Writes of one draft follow each other. */
  update(change: (status: StatusFields<T>) => StatusChange<T>): Promise<void> {
    const write = this.#tail.then(async () => {
      const { status } = this.#object as { readonly status?: StatusFields<T> };
      const before = status ?? ({} as StatusFields<T>);
      const next = Object.assign({}, before, change(before));
      this.#object = await patchStatus(this.#client, this.#kind, this.#object, next as never, {
        signal: this.#signal,
        fieldManager,
      });
    });
    this.#tail = write.catch(() => undefined);
    return write;
  }
}
