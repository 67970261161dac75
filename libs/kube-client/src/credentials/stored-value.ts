import { readFile } from 'node:fs/promises';

import { errorMessage } from '@tke/errors';
import type { Logger } from '@tke/log';
import type { Clock } from '@tke/time';

import { KubeTransportError } from '../errors.ts';

/** Text that may change over time. */
export interface StoredValue {
  /** Returns the same string while nothing changed. */
  read(): Promise<string>;
  /** What was read did not serve: read again next time. */
  expire(): void;
}

export type PemSource = StoredValue;

/** Where a kubeconfig keeps a value. */
export type ValueLocation = { readonly text: string } | { readonly path: string };

// As client-go. A projected service account token is replaced at 80 % of its life, long before it expires.
const maxAgeMs = 60_000;

class FileValue implements StoredValue {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #log: Logger;
  #text: string | undefined;
  #readAt = 0;
  #reading: Promise<string> | undefined;

  constructor(path: string, { clock, logger }: StorageTools) {
    this.#path = path;
    this.#clock = clock;
    this.#log = logger;
  }

  async read(): Promise<string> {
    if (this.#text !== undefined && this.#clock.monotonic() - this.#readAt < maxAgeMs) {
      return this.#text;
    }
    this.#reading ??= this.#load().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  expire(): void {
    this.#readAt = -Infinity;
  }

  async #load(): Promise<string> {
    try {
      this.#text = (await readFile(this.#path, 'utf8')).trim();
    } catch (cause) {
      if (this.#text === undefined) {
        throw new KubeTransportError('CredentialFailed', `cannot read ${this.#path}: ${errorMessage(cause)}`, {
          cause,
        });
      }
      // Whoever replaces the file may be about to write it; what we have may still be good.
      this.#log.warn('cannot read the file again, going on with what it held', { path: this.#path, error: cause });
    }
    this.#readAt = this.#clock.monotonic();
    return this.#text;
  }
}

export interface StorageTools {
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A file is read again when it was read more than 60 s ago. */
export function storedValue(location: ValueLocation, tools: StorageTools): StoredValue {
  if ('path' in location) {
    return new FileValue(location.path, tools);
  }
  const text = location.text;
  return { read: () => Promise.resolve(text), expire: () => undefined };
}
