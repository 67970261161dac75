import type { Readable } from 'node:stream';

import { mapConcurrently } from './concurrently.ts';
import { lacking } from './completeness.ts';
import { errors } from './errors.ts';
import { indexFileName, type IndexedImage, type IndexedProgram, type IndexedRelease } from './package-index.ts';
import type { Architecture, PackageImage, PackageProgram, PackageRelease, PackageSource } from './package-source.ts';
import type { PackageStore } from './package-store.ts';
import { SingleFlight } from './single-flight.ts';
import { compareVersions } from './versions.ts';

/** Files that are verified or downloaded at once. */
const concurrency = 4;

/** A package source over the store that its files lie in. */
export class IndexedSource implements PackageSource {
  readonly #store: PackageStore;
  readonly #releases = new SingleFlight<PackageRelease>();

  constructor(store: PackageStore) {
    this.#store = store;
  }

  get location(): string {
    return this.#store.location;
  }

  /** Many hosts ask for the same release at once: it is verified once for all of them. */
  release(version: string, architecture: Architecture, signal?: AbortSignal): Promise<PackageRelease> {
    const verify = (shared: AbortSignal) => this.#verified(version, architecture, shared);
    return this.#releases.run(`${version} ${architecture}`, verify, signal);
  }

  async #verified(version: string, architecture: Architecture, signal: AbortSignal): Promise<PackageRelease> {
    const { programs, images } = await this.#listed(version, architecture, signal);
    const files = await mapConcurrently([...programs, ...images], concurrency, signal, async (file, either) => {
      const open = await this.#store.obtain(file, either);
      return 'folder' in file ? programOf(file, open) : imageOf(file, open);
    });
    return {
      version,
      architecture,
      programs: files.filter((file) => 'folder' in file),
      images: files.filter((file) => 'reference' in file),
    };
  }

  async #listed(version: string, architecture: Architecture, signal: AbortSignal): Promise<IndexedRelease> {
    const { versions } = await this.#store.index(signal);
    const architectures = versions.get(version);
    if (architectures === undefined) {
      const newestFirst = [...versions.keys()].sort((one, other) => compareVersions(other, one));
      const known = versions.size === 0 ? 'no version' : newestFirst.join(', ');
      throw errors.VersionNotPackaged(`${this.location} has no packages for Kubernetes ${version}: it has ${known}`);
    }
    const release = architectures.get(architecture);
    if (release === undefined) {
      const known = [...architectures.keys()].join(', ');
      throw errors.ArchitectureNotPackaged(
        `${this.location} has no packages for Kubernetes ${version} on ${architecture}: it has ${known}`,
      );
    }
    const missing = lacking(version, release);
    if (missing.length > 0) {
      throw errors.PackageMissing(
        `${indexFileName} of ${this.location} lists no ${missing.join(', ')} for Kubernetes ${version} on ${architecture}`,
      );
    }
    return release;
  }
}

function programOf({ name, bytes, sha256, version, folder }: IndexedProgram, open: () => Readable): PackageProgram {
  return { name, bytes, sha256, version, folder, open };
}

function imageOf(file: IndexedImage, open: () => Readable): PackageImage {
  const { name, bytes, sha256, reference, controlPlaneOnly } = file;
  return { name, bytes, sha256, reference, controlPlaneOnly, open };
}
