import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { CodedError, errorMessage } from '@tke/errors';
import type { Clock } from '@tke/time';

import { errors } from './errors.ts';
import { FileCheck } from './file-check.ts';
import type { IndexedFile } from './package-index.ts';
import { openVerified, verifiedContent } from './verified-content.ts';

// Nobody's download takes that long: it was begun by a process that has ended.
const abandonedAfterMs = 24 * 60 * 60 * 1000;

const ownName = /^[0-9a-f]{64}(\.partial-[\w-]{1,64})?$/;

/** Downloaded files in a folder of this machine, named by their digests. */
export class DownloadCache {
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #check = new FileCheck();

  constructor(folder: string, clock: Clock) {
    this.#folder = folder;
    this.#clock = clock;
  }

  /** Undefined when the file is not there, or has changed since it was. Rejects with PackageCacheUnusable. */
  async find(file: IndexedFile, signal: AbortSignal): Promise<(() => Readable) | undefined> {
    const path = join(this.#folder, file.sha256);
    const finding = await this.#guarded(signal, () => this.#check.check(path, file, signal));
    return finding.kind === 'right' ? () => openVerified(path, file) : undefined;
  }

  /**
   * Keeps a file, as a whole or not at all, and opens it. Rejects with PackageDamaged when the content is not what the
   * index says, with PackageCacheUnusable, and with what the chunks reject with, which must be coded. `where` names the
   * file.
   */
  async put(
    file: IndexedFile,
    chunks: AsyncIterable<Uint8Array>,
    where: string,
    signal: AbortSignal,
  ): Promise<() => Readable> {
    const path = join(this.#folder, file.sha256);
    const partial = `${path}.partial-${randomUUID()}`;
    await this.#guarded(signal, async () => {
      try {
        await mkdir(this.#folder, { recursive: true });
        await pipeline(verifiedContent(chunks, file, where), createWriteStream(partial, { mode: 0o600 }), { signal });
        await rename(partial, path);
      } finally {
        await rm(partial, { force: true });
      }
    });
    return () => openVerified(path, file);
  }

  /** Removes what none of the digests names, and what downloads left that never ended. */
  async keepOnly(digests: ReadonlySet<string>, signal: AbortSignal): Promise<void> {
    await this.#guarded(signal, async () => {
      await mkdir(this.#folder, { recursive: true });
      // A folder that was given by mistake keeps what is not ours.
      const ours = (await readdir(this.#folder)).filter((name) => ownName.test(name));
      for (const name of ours.filter((name) => !digests.has(name))) {
        const path = join(this.#folder, name);
        if (!name.includes('.partial-') || (await this.#isAbandoned(path))) {
          await rm(path, { force: true });
        }
      }
    });
  }

  async #isAbandoned(path: string): Promise<boolean> {
    const found = await stat(path).catch(() => undefined);
    return found !== undefined && this.#clock.now() - found.mtimeMs > abandonedAfterMs;
  }

  async #guarded<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      signal.throwIfAborted();
      if (cause instanceof CodedError) {
        throw cause;
      }
      throw errors.PackageCacheUnusable(`${this.#folder}: ${errorMessage(cause)}`, { cause });
    }
  }
}
