import { request } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';

import { errorMessage } from '@tke/errors';

export interface PollTarget {
  readonly host: string;
  readonly port: number;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

export interface PollReport {
  readonly asked: number;
  /** Those that were not answered at first, with why. */
  readonly repeated: readonly string[];
  /** Those that were not answered when they were asked again, over other connections, within moments. */
  readonly failed: readonly string[];
  readonly longestMs: number;
}

const intervalMs = 200;
const timeoutMs = 30_000;
const mostTries = 4;
/** Takes the API server and its etcd. */
const path = '/api/v1/namespaces/kube-system';

/** Asks an API server again and again, each time over a new connection, as commands of people do. */
export class ApiPoller {
  readonly #target: PollTarget;
  readonly #repeated: string[] = [];
  readonly #failed: string[] = [];
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;
  #asked = 0;
  #longestMs = 0;

  constructor(target: PollTarget) {
    this.#target = target;
    this.#done = this.#run();
  }

  async stop(): Promise<PollReport> {
    this.#stop.abort();
    await this.#done;
    const [asked, longestMs] = [this.#asked, this.#longestMs];
    return { asked, repeated: this.#repeated, failed: this.#failed, longestMs };
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const began = performance.now();
      this.#asked += 1;
      await this.#ask();
      this.#longestMs = Math.max(this.#longestMs, Math.round(performance.now() - began));
      await sleep(intervalMs);
    }
  }

  /** As clients do that repeat what was cut off. An API that is away refuses every time, and at once. */
  async #ask(): Promise<void> {
    const refusals: string[] = [];
    while (refusals.length < mostTries) {
      try {
        await ask(this.#target);
        break;
      } catch (error) {
        refusals.push(`${new Date().toISOString()} ${errorMessage(error)}`);
        await sleep(intervalMs);
      }
    }
    if (refusals.length > 0) {
      (refusals.length < mostTries ? this.#repeated : this.#failed).push(refusals.join('; then '));
    }
  }
}

function ask(target: PollTarget): Promise<void> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const question = request({ ...target, path, agent: false, signal }, (response) => {
      response.once('error', reject).resume();
      response.once('end', () =>
        response.statusCode === 200 ? resolve() : reject(new Error(`status ${response.statusCode}`)),
      );
    });
    question.once('error', reject).end();
  });
}
