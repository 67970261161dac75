import type { Patch } from '@tke/kube-client';
import type { EventObject } from '@tke/meta';

export type Answer = 'ok' | 'never' | Error;

/** A server that answers writes of events as told, and then with success. */
export class ScriptedWriter {
  readonly writes: string[] = [];
  readonly answers: Answer[] = [];
  answerAlways: Answer = 'ok';

  async create(_kind: unknown, object: unknown, { signal }: { signal?: AbortSignal } = {}): Promise<never> {
    const { reason, series } = object as EventObject;
    return this.#answer(`create ${reason}${series === undefined ? '' : ` x${series.count}`}`, signal);
  }

  async patch(
    _kind: unknown,
    key: { name: string },
    patch: Patch,
    { signal }: { signal?: AbortSignal } = {},
  ): Promise<never> {
    const { series } = (patch as { body: EventObject }).body;
    return this.#answer(`patch ${key.name.split('.')[0]} x${series?.count}`, signal);
  }

  async #answer(write: string, signal: AbortSignal | undefined): Promise<never> {
    this.writes.push(write);
    const answer = this.answers.shift() ?? this.answerAlways;
    if (answer === 'never') {
      await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted'))));
    }
    if (answer instanceof Error) {
      throw answer;
    }
    return {} as never;
  }
}
