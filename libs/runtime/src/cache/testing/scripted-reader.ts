import type { ListOptions, Reader, WatchEvent, WatchOptions } from '@tke/kube-client';
import type { Kind, KubeObject, ObjectList } from '@tke/meta';

/** One watch, written by the test while the code under test reads it. Stays open until `end` or `fail`. */
export class ScriptedWatch implements AsyncIterable<WatchEvent<KubeObject>> {
  readonly #events: WatchEvent<KubeObject>[] = [];
  #outcome: (() => void) | undefined;
  #wake: () => void = () => undefined;
  /** Whether the reader has let go of the stream. */
  released = false;
  /** What letting go takes. */
  closing: Promise<undefined> | undefined;

  send(...events: readonly WatchEvent<KubeObject>[]): this {
    this.#events.push(...events);
    this.#wake();
    return this;
  }

  end(): this {
    this.#outcome = () => undefined;
    this.#wake();
    return this;
  }

  fail(error: Error): this {
    this.#outcome = () => {
      throw error;
    };
    this.#wake();
    return this;
  }

  async *read(signal: AbortSignal | undefined): AsyncGenerator<WatchEvent<KubeObject>> {
    signal?.addEventListener('abort', () => this.#wake(), { once: true });
    try {
      while (signal?.aborted !== true) {
        yield* this.#events.splice(0);
        if (this.#events.length > 0) {
          continue;
        }
        if (this.#outcome !== undefined) {
          this.#outcome();
          return;
        }
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      await this.closing;
      this.released = true;
    }
  }

  [Symbol.asyncIterator](): AsyncIterator<WatchEvent<KubeObject>> {
    return this.read(undefined);
  }
}

export type ScriptedAnswer =
  | { readonly pages: readonly ObjectList<KubeObject>[]; readonly thenError?: Error }
  | { readonly watch: ScriptedWatch }
  | { readonly error: Error };

export type RecordedRequest =
  | ({ readonly verb: 'list' } & Omit<ListOptions, 'signal'>)
  | ({ readonly verb: 'watch' } & Omit<WatchOptions, 'signal'>);

/** A server that answers one request after the other as told; what it was not told about, it leaves without an answer. */
export class ScriptedReader implements Reader {
  readonly requests: RecordedRequest[] = [];
  onRequest: (request: RecordedRequest) => void = () => undefined;
  readonly #answers: ScriptedAnswer[] = [];
  #answerAlways: ((request: RecordedRequest) => ScriptedAnswer) | undefined;

  answer(...answers: readonly ScriptedAnswer[]): this {
    this.#answers.push(...answers);
    return this;
  }

  answerAlways(answer: (request: RecordedRequest) => ScriptedAnswer): this {
    this.#answerAlways = answer;
    return this;
  }

  async *watch<T extends KubeObject>(_kind: Kind<T>, options: WatchOptions = {}): AsyncGenerator<WatchEvent<T>> {
    const { signal, ...rest } = options;
    const answer = await this.#next({ verb: 'watch', ...rest }, signal);
    if (answer !== undefined && 'watch' in answer) {
      yield* answer.watch.read(signal) as AsyncGenerator<WatchEvent<T>>;
    }
  }

  async *listPages<T extends KubeObject>(_kind: Kind<T>, options: ListOptions = {}): AsyncGenerator<ObjectList<T>> {
    const { signal, ...rest } = options;
    const answer = await this.#next({ verb: 'list', ...rest }, signal);
    if (answer !== undefined && 'pages' in answer) {
      yield* answer.pages as readonly ObjectList<T>[];
      if (answer.thenError !== undefined) {
        throw answer.thenError;
      }
    }
  }

  get(): Promise<never> {
    return Promise.reject(new Error('not scripted'));
  }

  list(): Promise<never> {
    return Promise.reject(new Error('not scripted'));
  }

  async #next(request: RecordedRequest, signal: AbortSignal | undefined): Promise<ScriptedAnswer | undefined> {
    this.requests.push(request);
    this.onRequest(request);
    const answer = this.#answers.shift() ?? this.#answerAlways?.(request);
    if (answer === undefined) {
      await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));
      return undefined;
    }
    if ('error' in answer) {
      throw answer.error;
    }
    const expected = request.verb === 'watch' ? 'watch' : 'pages';
    if (!(expected in answer)) {
      throw new Error(`the script has no ${request.verb} at this place: ${JSON.stringify(request)}`);
    }
    return answer;
  }
}
