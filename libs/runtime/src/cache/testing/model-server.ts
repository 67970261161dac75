import { setImmediate as nextLoopTurn } from 'node:timers/promises';

import type { ListOptions, Reader, WatchEvent, WatchOptions } from '@tke/kube-client';
import type { Kind, KubeObject, ObjectList } from '@tke/meta';

import {
  bookmark,
  cut,
  expired,
  internalError,
  invalid,
  listEnd,
  makeWidget,
  refused,
  tooManyRequests,
} from './widgets.ts';

const faults = {
  refused,
  tooManyRequests,
  internalError,
  expired,
};

export type Fault = keyof typeof faults;

interface Change {
  readonly version: number;
  readonly event: WatchEvent<KubeObject>;
}

/** The rules by which a kube-apiserver lists and watches widgets, and the faults it may show. */
export class ModelServer implements Reader {
  readonly objects = new Map<string, KubeObject>();
  readonly #faults: Fault[] = [];
  readonly #streaming: boolean;
  readonly #wakes = new Set<() => void>();
  #version = 1;
  #uid = 0;
  #history: Change[] = [];
  /** Watches cannot start before this version. */
  #oldest = 1;
  /** Counts the interruptions; a stream ends when it moves on. */
  #interruptions: readonly ('cut' | 'end')[] = [];

  constructor(streaming: boolean) {
    this.#streaming = streaming;
  }

  write(name: string): void {
    const known = this.objects.get(name);
    const uid = known?.metadata.uid ?? `uid-${this.#uid++}`;
    const object = makeWidget(name, String(++this.#version), { uid });
    this.objects.set(name, object);
    this.#record({ type: known === undefined ? 'ADDED' : 'MODIFIED', object });
  }

  delete(name: string): void {
    const known = this.objects.get(name);
    if (this.objects.delete(name)) {
      const object = makeWidget(name, String(++this.#version), { uid: known?.metadata.uid ?? '' });
      this.#record({ type: 'DELETED', object });
    }
  }

  /** Forgets all events, as after a restart. */
  forget(): void {
    this.#history = [];
    this.#oldest = this.#version;
  }

  interrupt(how: 'cut' | 'end'): void {
    this.#interruptions = [...this.#interruptions, how];
    this.#wake();
  }

  /** Makes the next request fail. */
  fail(fault: Fault): void {
    this.#faults.push(fault);
  }

  sendBookmark(): void {
    this.#record(bookmark(String(++this.#version)));
  }

  async *watch<T extends KubeObject>(_kind: Kind<T>, options: WatchOptions = {}): AsyncGenerator<WatchEvent<T>> {
    this.#maybeFail();
    const streaming = options.sendInitialEvents === true;
    if (streaming && !this.#streaming) {
      throw invalid();
    }
    const interruptions = this.#interruptions.length;
    let sent = Number(options.resourceVersion ?? 0);
    if (streaming) {
      const version = this.#version;
      for (const object of [...this.objects.values()]) {
        await nextLoopTurn();
        if (this.#endIfInterrupted(interruptions)) {
          return;
        }
        yield { type: 'ADDED', object: structuredClone(object) as T };
      }
      yield listEnd(String(version)) as WatchEvent<T>;
      sent = version;
    }
    while (options.signal?.aborted !== true) {
      if (this.#endIfInterrupted(interruptions)) {
        return;
      }
      if (sent < this.#oldest) {
        throw expired();
      }
      const next = this.#history.find(({ version }) => version > sent);
      if (next === undefined) {
        await this.#change(options.signal);
      } else {
        sent = next.version;
        yield structuredClone(next.event) as WatchEvent<T>;
      }
    }
  }

  async *listPages<T extends KubeObject>(_kind: Kind<T>, options: ListOptions = {}): AsyncGenerator<ObjectList<T>> {
    this.#maybeFail();
    const metadata = { resourceVersion: String(this.#version) };
    const items = [...this.objects.values()].map((object) => structuredClone(object) as T);
    const size = options.limit === 0 ? Infinity : 2;
    for (let at = 0; at === 0 || at < items.length; at += size) {
      await nextLoopTurn();
      this.#maybeFail();
      yield { metadata, items: items.slice(at, at + size) };
    }
  }

  get(): Promise<never> {
    return Promise.reject(new Error('not modelled'));
  }

  list(): Promise<never> {
    return Promise.reject(new Error('not modelled'));
  }

  #record(event: WatchEvent<KubeObject>): void {
    this.#history.push({ version: this.#version, event });
    this.#wake();
  }

  #wake(): void {
    for (const wake of [...this.#wakes]) {
      wake();
    }
  }

  #maybeFail(): void {
    const fault = this.#faults.shift();
    if (fault !== undefined) {
      throw faults[fault]();
    }
  }

  #endIfInterrupted(before: number): boolean {
    const how = this.#interruptions[before];
    if (how === 'cut') {
      throw cut();
    }
    return how === 'end';
  }

  async #change(signal: AbortSignal | undefined): Promise<void> {
    await new Promise<void>((resolve) => {
      const wake = () => {
        this.#wakes.delete(wake);
        resolve();
      };
      this.#wakes.add(wake);
      signal?.addEventListener('abort', wake, { once: true });
    });
  }
}
