import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';

import { isCoded } from '@tke/errors';

import type { IndexedFile } from './package-index.ts';
import { verifiedContent } from './verified-content.ts';

export type Finding =
  | { readonly kind: 'right' }
  | { readonly kind: 'missing' }
  /** The message says how it differs. */
  | { readonly kind: 'different'; readonly message: string };

const readBytes = 1024 * 1024;

/** Checks files of this machine, each once as long as it is left alone. */
export class FileCheck {
  /** What identified the file of a path, and its digest, when it was found right. */
  readonly #right = new Map<string, string>();

  /** Rejects with what reading rejects with, and with the reason of the signal. */
  async check(path: string, file: IndexedFile, signal: AbortSignal): Promise<Finding> {
    const state = await stateOf(path);
    if (state === undefined) {
      return { kind: 'missing' };
    }
    const known = `${state} ${file.sha256} ${file.bytes}`;
    if (this.#right.get(path) === known) {
      return { kind: 'right' };
    }
    const finding = await read(path, file, signal);
    if (finding.kind === 'right') {
      this.#right.set(path, known);
    }
    return finding;
  }
}

/** Changes whenever the content may have changed. Undefined where there is no file. */
async function stateOf(path: string): Promise<string | undefined> {
  try {
    const found = await stat(path, { bigint: true });
    return found.isFile() ? [found.dev, found.ino, found.size, found.mtimeNs, found.ctimeNs].join(' ') : undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      return undefined;
    }
    throw error;
  }
}

async function read(path: string, file: IndexedFile, signal: AbortSignal): Promise<Finding> {
  try {
    const content = verifiedContent(createReadStream(path, { highWaterMark: readBytes, signal }), file, path);
    while ((await content.next()).done !== true) {
      // What counts is the end.
    }
    return { kind: 'right' };
  } catch (error) {
    signal.throwIfAborted();
    if (isCoded(error, 'PackageDamaged')) {
      return { kind: 'different', message: error.message };
    }
    throw error;
  }
}
