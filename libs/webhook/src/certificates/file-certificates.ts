import { watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { errorMessage } from '@tke/errors';
import type { Logger } from '@tke/log';
import type { Runnable } from '@tke/runtime';
import { systemClock, type Clock } from '@tke/time';

import { CertificateHolder } from './holder.ts';
import type { CertificatePair, CertificateSource } from './source.ts';
import { Wakeup } from './wakeup.ts';

export interface FileCertificatesOptions {
  /** Either a directory with `tls.crt` and `tls.key`, as a mounted Secret has, or both paths. */
  readonly files: { readonly dir: string } | { readonly certPath: string; readonly keyPath: string };
  readonly logger: Logger;
  readonly clock?: Clock;
}

/** A bind mount or a network file system sends no events; controller-runtime's certwatcher polls as often. */
const pollMs = 10_000;

/** Certificate and key are written one after the other: both events become one read. */
const settleMs = 100;

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
    const changes = new Wakeup();
    for (const directory of new Set([dirname(this.#certPath), dirname(this.#keyPath)])) {
      this.#watch(directory, changes, signal);
    }
    while (!signal.aborted) {
      await this.#load();
      await changes.wait(pollMs, this.#clock, signal);
      await this.#clock.sleep(settleMs, signal).catch(() => undefined);
    }
  }

  /** The directory, not the files: the kubelet replaces a symbolic link beside them and never touches them. */
  #watch(directory: string, changes: Wakeup, signal: AbortSignal): void {
    const onError = (error: unknown) =>
      this.#logger.warn('Watching certificate files failed, polling them', { directory, error });
    try {
      watch(directory, { persistent: false, signal }, () => changes.notify()).on('error', onError);
    } catch (error) {
      onError(error);
    }
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
