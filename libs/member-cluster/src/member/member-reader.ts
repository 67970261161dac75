import { isCoded } from '@tke/errors';
import {
  KubeApiError,
  KubeTransportError,
  type CallOptions,
  type ListOptions,
  type Reader,
  type WatchEvent,
  type WatchOptions,
} from '@tke/kube-client';
import { kindKey, type Kind, type KubeObject, type ObjectKey, type ObjectList } from '@tke/meta';
import { abortable } from '@tke/time';

import { Gate } from './gate.ts';

/**
 * What the informers of a member read by. While the member does not answer, lists and watches wait instead of failing again
 * and again: nothing is sent, and they go on where they were at the moment it answers. After `startOver` the versions of
 * before mean nothing any more, and every kind is listed afresh.
 */
export class MemberReader implements Reader {
  readonly #reader: Reader;
  readonly #gate = new Gate();
  /** Counts the servers that stood behind the member's name. */
  #epoch = 0;
  /** In which epoch a kind was last listed. */
  readonly #listed = new Map<string, number>();

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  open(): void {
    this.#gate.open();
  }

  close(): void {
    this.#gate.close();
  }

  startOver(): void {
    this.#epoch++;
  }

  async get<T extends KubeObject>(kind: Kind<T>, key: ObjectKey, options?: CallOptions): Promise<T> {
    await this.#opened(options);
    return this.#reader.get(kind, key, options);
  }

  async list<T extends KubeObject>(kind: Kind<T>, options?: ListOptions): Promise<ObjectList<T>> {
    await this.#opened(options);
    return this.#reader.list(kind, options);
  }

  async *listPages<T extends KubeObject>(
    kind: Kind<T>,
    options: ListOptions = {},
  ): AsyncGenerator<ObjectList<T>, void> {
    await this.#opened(options);
    yield* this.#sameServer(this.#reader.listPages(kind, this.#beginList(kind, options)));
  }

  async *watch<T extends KubeObject>(kind: Kind<T>, options: WatchOptions = {}): AsyncGenerator<WatchEvent<T>, void> {
    await this.#opened(options);
    if (options.sendInitialEvents === true) {
      yield* this.#sameServer(this.#reader.watch(kind, this.#beginList(kind, options)));
      return;
    }
    if (this.#listed.get(kindKey(kind)) !== this.#epoch) {
      throw new KubeApiError({ method: 'GET', path: kindKey(kind) }, 410, {
        reason: 'Expired',
        message: 'the resourceVersion is of another server than the one that now answers',
      });
    }
    yield* this.#sameServer(this.#reader.watch(kind, options));
  }

  #opened({ signal }: CallOptions = {}): Promise<undefined> {
    return abortable(this.#gate.opened, signal);
  }

  #beginList<T extends ListOptions | WatchOptions>(kind: Kind, options: T): T {
    const known = this.#listed.get(kindKey(kind)) === this.#epoch;
    this.#listed.set(kindKey(kind), this.#epoch);
    if (known) {
      return options;
    }
    const other = Object.entries(options).filter(
      ([name]) => !['resourceVersion', 'resourceVersionMatch'].includes(name),
    );
    return Object.fromEntries(other) as T;
  }

  /** A list must not be put together out of two servers. */
  async *#sameServer<R>(results: AsyncIterable<R>): AsyncGenerator<R, void> {
    const epoch = this.#epoch;
    try {
      for await (const result of results) {
        if (this.#epoch !== epoch) {
          throw new KubeTransportError('ConnectionLost', 'another server answers now');
        }
        yield result;
      }
    } catch (error) {
      // To informers it is a cut connection: they go on from where they are, and need not list again.
      throw isCoded(error, 'MemberNotReady') ? new KubeTransportError('ConnectionLost', error.message) : error;
    }
  }
}
