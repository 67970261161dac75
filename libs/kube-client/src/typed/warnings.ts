import type { Logger } from '@tke/log';

import { headerOf, type HttpResponse } from '../transport/transport.ts';

// A warning says the same about every request of its kind: remember enough to say it once, not all there ever were.
const remembered = 256;

/** Logs what the server warns of (KEP-1693), each text once. */
export class WarningLog {
  readonly #log: Logger;
  readonly #seen = new Set<string>();

  constructor(logger: Logger) {
    this.#log = logger;
  }

  report(response: HttpResponse): void {
    if (headerOf(response, 'warning') === undefined) {
      return;
    }
    for (const line of [response.headers.warning ?? []].flat()) {
      for (const [, text = ''] of line.matchAll(/\b299 \S+ "((?:[^"\\]|\\.)*)"/g)) {
        this.#once(text.replaceAll(/\\(.)/g, '$1'));
      }
    }
  }

  #once(text: string): void {
    if (this.#seen.has(text)) {
      return;
    }
    if (this.#seen.size >= remembered) {
      this.#seen.clear();
    }
    this.#seen.add(text);
    this.#log.warn('the server warns', { warning: text });
  }
}
