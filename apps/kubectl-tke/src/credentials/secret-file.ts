import { open, rm, type FileHandle } from 'node:fs/promises';

import { errorMessage } from '@tke/errors';

import { cliErrors } from '../errors.ts';

/** A file that only its owner can read, made before what it is for, so that nothing is asked for in vain. Goes again unless it is written. */
export class SecretFile implements AsyncDisposable {
  readonly path: string;
  readonly #handle: FileHandle;
  #isWritten = false;

  private constructor(path: string, handle: FileHandle) {
    this.path = path;
    this.#handle = handle;
  }

  /** Rejects with FileNotWritable, also where there is one already: it may hold a key that there is no other copy of. */
  static async create(path: string): Promise<SecretFile> {
    try {
      return new SecretFile(path, await open(path, 'wx', 0o600));
    } catch (cause) {
      const why =
        (cause as NodeJS.ErrnoException).code === 'EEXIST'
          ? 'is there already'
          : `cannot be made: ${errorMessage(cause)}`;
      throw cliErrors.FileNotWritable(`${path} ${why}`, { cause });
    }
  }

  /** Rejects with FileNotWritable. */
  async write(text: string): Promise<void> {
    try {
      await this.#handle.writeFile(text);
    } catch (cause) {
      throw cliErrors.FileNotWritable(`${this.path} cannot be written: ${errorMessage(cause)}`, { cause });
    }
    this.#isWritten = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
    if (!this.#isWritten) {
      await rm(this.path, { force: true });
    }
  }
}
