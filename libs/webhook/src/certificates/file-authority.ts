import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';

import { errorMessage } from '@tke/errors';
import type { Logger } from '@tke/log';
import type { Runnable } from '@tke/runtime';
import { systemClock, type Clock } from '@tke/time';

import { webhookErrors } from '../errors.ts';

import { followFiles } from './follow-files.ts';
import { splitPem } from './secret-data.ts';
import type { AuthoritySource } from './source.ts';

export interface FileAuthorityOptions {
  readonly path: string;
  readonly logger: Logger;
  readonly clock?: Clock;
}

/** The CA of callers from a file whose changes are followed. The last good one is kept. */
export class FileAuthority implements AuthoritySource, Runnable {
  readonly name = 'client-ca';
  readonly #path: string;
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #listeners = new Set<(caPem: string) => void>();
  #current: string | undefined;
  #lastFailure: string | undefined;

  constructor({ path, logger, clock = systemClock }: FileAuthorityOptions) {
    this.#path = path;
    this.#logger = logger;
    this.#clock = clock;
  }

  current(): string | undefined {
    return this.#current;
  }

  subscribe(listener: (caPem: string) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Reads the file. Rejects with `CertificateInvalid`, or with what keeps it from being read. */
  async load(): Promise<void> {
    const caPem = await readFile(this.#path, 'utf8');
    if (caPem === this.#current) {
      return;
    }
    const subjects = subjectsOf(caPem);
    this.#current = caPem;
    this.#logger.info('Client CA loaded', { path: this.#path, subjects });
    for (const listener of this.#listeners) {
      listener(caPem);
    }
  }

  /** Follows the file until the signal aborts. */
  async start(signal: AbortSignal): Promise<void> {
    await followFiles([this.#path], () => this.#reload(), { logger: this.#logger, clock: this.#clock, signal });
  }

  async #reload(): Promise<void> {
    try {
      await this.load();
      this.#lastFailure = undefined;
    } catch (error) {
      if (errorMessage(error) !== this.#lastFailure) {
        this.#lastFailure = errorMessage(error);
        this.#logger.error('Client CA cannot be used, the one before stays in use', { path: this.#path, error });
      }
    }
  }
}

function subjectsOf(caPem: string): string[] {
  const certificates = splitPem(caPem);
  if (certificates.length === 0) {
    throw webhookErrors.CertificateInvalid('the client CA file holds no certificate', {
      remedy: 'Write the PEM certificates of the callers’ CA into it.',
    });
  }
  try {
    return certificates.map((pem) => new X509Certificate(pem).subject);
  } catch (error) {
    throw webhookErrors.CertificateInvalid(`the client CA cannot be read: ${errorMessage(error)}`);
  }
}
