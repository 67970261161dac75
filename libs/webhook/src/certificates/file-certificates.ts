import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { errorMessage } from '@tke/errors';
import type { Logger } from '@tke/log';
import type { Runnable } from '@tke/runtime';
import { systemClock, type Clock } from '@tke/time';

import { followFiles } from './follow-files.ts';
import { CertificateHolder } from './holder.ts';
import type { CertificatePair, CertificateSource } from './source.ts';

export interface FileCertificatesOptions {
  /** Either a directory with `tls.crt` and `tls.key`, as a mounted Secret has, or both paths. */
  readonly files: { readonly dir: string } | { readonly certPath: string; readonly keyPath: string };
  readonly logger: Logger;
  readonly clock?: Clock;
}

/** Serves a pair of PEM files and follows their changes. The last good pair is kept. */
export class FileCertificates implements CertificateSource, Runnable {
  readonly name = 'file-certificates';
  readonly #certPath: string;
  readonly #keyPath: string;
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #holder: CertificateHolder;
  #lastFailure: string | undefined;

  constructor({ files, logger, clock = systemClock }: FileCertificatesOptions) {
    this.#certPath = 'dir' in files ? join(files.dir, 'tls.crt') : files.certPath;
    this.#keyPath = 'dir' in files ? join(files.dir, 'tls.key') : files.keyPath;
    this.#logger = logger;
    this.#clock = clock;
    this.#holder = new CertificateHolder(logger);
  }

  current(): CertificatePair | undefined {
    return this.#holder.current();
  }

  subscribe(listener: (pair: CertificatePair) => void): () => void {
    return this.#holder.subscribe(listener);
  }

  /** Follows the files until the signal aborts. */
  async start(signal: AbortSignal): Promise<void> {
    await followFiles([this.#certPath, this.#keyPath], () => this.#load(), {
      logger: this.#logger,
      clock: this.#clock,
      signal,
    });
  }

  async #load(): Promise<void> {
    try {
      // One after the other: when both are missing, the same one must be named each time.
      const certPem = await readFile(this.#certPath, 'utf8');
      const keyPem = await readFile(this.#keyPath, 'utf8');
      this.#lastFailure = undefined;
      this.#holder.offer({ certPem, keyPem });
    } catch (error) {
      if (errorMessage(error) !== this.#lastFailure) {
        this.#lastFailure = errorMessage(error);
        this.#logger.error('Certificate files cannot be read', { error });
      }
    }
  }
}
