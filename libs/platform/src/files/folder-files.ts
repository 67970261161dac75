import type { Stats } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';

import { localFile, type UploadSource } from '@tke/host';

import { fileErrors } from './errors.ts';
import type { PlatformFile } from './platform-files.ts';

export interface FolderLimits {
  /** Of one `src`. Default 1,000. */
  readonly files: number;
  /** Of one file. Default 100 MiB. */
  readonly bytes: number;
}

const defaultLimits: FolderLimits = { files: 1000, bytes: 100 * 1024 * 1024 };
const permissionBits = 0o777;
/** Digests that are remembered. */
const mostDigests = 1000;

interface Digest {
  /** Tells whether the file has changed since. */
  readonly version: string;
  readonly source: UploadSource;
}

/**
 * Files of a folder of this machine. Folders are taken with all folders in them; links are followed as long as they stay within the
 * folder. Entries that begin with `..` are left out: so kubelet keeps the versions of a mounted ConfigMap or Secret, whose files are
 * links into them.
 */
export class FolderFiles {
  readonly #folder: string;
  readonly #limits: FolderLimits;
  readonly #digests = new Map<string, Digest>();

  constructor(folder: string, limits: Partial<FolderLimits> = {}) {
    this.#folder = folder;
    this.#limits = { ...defaultLimits, ...limits };
  }

  /**
   * A `src` that begins with / is taken from the folder as well: manifests of TKEStack have paths of the manager's container. Rejects
   * with FileNotFound, TooManyFiles or PlatformFileTooLarge (NeedsUser).
   */
  async find(src: string, signal: AbortSignal): Promise<readonly PlatformFile[]> {
    const path = await this.#within(src, src);
    const stats = await stat(path);
    if (stats.isFile()) {
      return [await this.#file('', path, stats, signal)];
    }
    if (!stats.isDirectory()) {
      throw fileErrors.FileNotFound(`${src} is neither file nor folder`);
    }
    const files: PlatformFile[] = [];
    await this.#collect(src, '', files, signal);
    return files;
  }

  async #collect(src: string, below: string, files: PlatformFile[], signal: AbortSignal): Promise<void> {
    const folder = join(src, below);
    const names = await readdir(await this.#within(folder, src));
    for (const name of names.filter((each) => !each.startsWith('..')).toSorted()) {
      signal.throwIfAborted();
      const real = await this.#within(join(folder, name), src);
      const stats = await stat(real);
      const path = join(below, name);
      if (stats.isFile()) {
        files.push(await this.#file(path, real, stats, signal));
      } else if (stats.isDirectory() && !(await isAncestor(real, this.#folder, folder))) {
        await this.#collect(src, path, files, signal);
      }
      if (files.length > this.#limits.files) {
        throw fileErrors.TooManyFiles(`${src} has more than ${this.#limits.files} files`);
      }
    }
  }

  /** The path without links. Rejects unless it is there, and below the folder. */
  async #within(path: string, src: string): Promise<string> {
    if (path.includes('\0') || path.split('/').includes('..')) {
      throw fileErrors.FileNotFound(`${JSON.stringify(src)} leads out of the folder of files`);
    }
    const [root, real] = await Promise.all([this.#folder, join(this.#folder, path)].map(found));
    if (root === undefined || real === undefined) {
      throw fileErrors.FileNotFound(`there is no ${path} in the folder of files`);
    }
    const way = relative(root, real);
    if (isAbsolute(way) || way.split(sep)[0] === '..') {
      throw fileErrors.FileNotFound(`${path} is a link that leads out of the folder of files`);
    }
    return real;
  }

  async #file(path: string, real: string, stats: Stats, signal: AbortSignal): Promise<PlatformFile> {
    if (stats.size > this.#limits.bytes) {
      throw fileErrors.PlatformFileTooLarge(`${real} has ${stats.size} bytes, more than ${this.#limits.bytes}`);
    }
    return { path, mode: stats.mode & permissionBits, source: await this.#source(real, stats, signal) };
  }

  async #source(real: string, { ino, size, mtimeMs }: Stats, signal: AbortSignal): Promise<UploadSource> {
    const version = `${ino} ${size} ${mtimeMs}`;
    const known = this.#digests.get(real);
    if (known?.version === version) {
      return known.source;
    }
    const source = await localFile(real, signal);
    if (this.#digests.size >= mostDigests) {
      this.#digests.clear();
    }
    this.#digests.set(real, { version, source });
    return source;
  }
}

function found(path: string): Promise<string | undefined> {
  return realpath(path).catch((error: unknown) => {
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes((error as NodeJS.ErrnoException).code ?? '')) {
      return undefined;
    }
    throw error;
  });
}

/** Whether a link goes back to a folder that leads to it: it would go round for ever. */
async function isAncestor(real: string, root: string, folder: string): Promise<boolean> {
  const here = await realpath(join(root, folder));
  return here === real || here.startsWith(`${real}${sep}`);
}
