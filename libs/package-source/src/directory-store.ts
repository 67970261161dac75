import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

import { CodedError, errorMessage } from '@tke/errors';

import { errors } from './errors.ts';
import { FileCheck } from './file-check.ts';
import { indexFileName, type IndexedFile, type PackageIndex } from './package-index.ts';
import { readIndex, type PackageStore } from './package-store.ts';
import { openVerified } from './verified-content.ts';

/** A folder of this machine. */
export class DirectoryStore implements PackageStore {
  readonly location: string;
  readonly #check = new FileCheck();

  constructor(folder: string) {
    this.location = folder;
  }

  async index(signal: AbortSignal): Promise<PackageIndex> {
    try {
      return await readIndex(createReadStream(join(this.location, indexFileName), { signal }), this.location);
    } catch (cause) {
      signal.throwIfAborted();
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') {
        throw errors.PackageIndexInvalid(`there is no ${indexFileName} in ${this.location}`, { cause });
      }
      throw this.#unreachable(cause);
    }
  }

  async obtain(file: IndexedFile, signal: AbortSignal): Promise<() => Readable> {
    const path = join(this.location, file.path);
    const finding = await this.#check.check(path, file, signal).catch((cause: unknown) => {
      signal.throwIfAborted();
      throw this.#unreachable(cause);
    });
    switch (finding.kind) {
      case 'missing':
        throw errors.PackageMissing(`there is no file ${path}, which ${indexFileName} names`);
      case 'different':
        throw errors.PackageDamaged(finding.message);
      case 'right':
        return () => openVerified(path, file);
    }
  }

  /** What was thrown, as what it means to the reader: a mount that is gone, a permission. */
  #unreachable(cause: unknown): CodedError {
    return cause instanceof CodedError
      ? cause
      : errors.PackageSourceUnreachable(`${this.location}: ${errorMessage(cause)}`, { cause });
  }
}
