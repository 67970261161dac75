import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import {
  formatIndex,
  indexFileName,
  parseIndex,
  type Architecture,
  type IndexedFile,
  type IndexedRelease,
  type PackageIndex,
} from '@tke/package-source';

/** A folder that is a package source: files, and the index that is written after them. */
export class PackageFolder {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Puts a file to its place as a whole; one that is there with the same content is left alone. */
  async add(name: string, path: string, write: (target: string) => Promise<void> | void): Promise<IndexedFile> {
    const target = join(this.#folder, path);
    const partial = `${target}.partial-${process.pid}`;
    await mkdir(dirname(target), { recursive: true });
    try {
      await write(partial);
      const made = await digestOf(partial);
      const found = await digestOf(target).catch(() => undefined);
      if (found?.sha256 !== made.sha256) {
        await rename(partial, target);
      }
      return { name, path, ...made };
    } finally {
      await rm(partial, { force: true });
    }
  }

  async copy(name: string, path: string, source: string): Promise<IndexedFile> {
    return this.add(name, path, (target) => copyFile(source, target));
  }

  /** Lists the release, in place of what was listed for that version and architecture; keeps the others. */
  async publish(version: string, architecture: Architecture, release: IndexedRelease): Promise<void> {
    const { versions } = await this.#index();
    const releases = new Map([...(versions.get(version) ?? []), [architecture, release] as const]);
    const path = join(this.#folder, indexFileName);
    const partial = `${path}.partial-${process.pid}`;
    await writeFile(partial, formatIndex({ versions: new Map([...versions, [version, releases] as const]) }));
    await rename(partial, path);
  }

  async #index(): Promise<PackageIndex> {
    try {
      return parseIndex(await readFile(join(this.#folder, indexFileName), 'utf8'));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
        return { versions: new Map() };
      }
      throw error;
    }
  }
}

async function digestOf(path: string): Promise<Pick<IndexedFile, 'bytes' | 'sha256'>> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
  }
  return { bytes, sha256: hash.digest('hex') };
}
