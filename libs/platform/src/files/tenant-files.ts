import { join } from 'node:path';

import { isCoded } from '@tke/errors';

import { FolderFiles, type FolderLimits } from './folder-files.ts';
import type { PlatformFile, PlatformFiles } from './platform-files.ts';

// What a tenant is called is the name of an IdentityProvider.
const tenantPattern = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;

/**
 * The folder of the flag --files: `tenants/<tenantID>` has what Clusters of one tenant may name, `shared` what all may. Nothing else in
 * it is handed out, nor what links lead to from one of these into another.
 */
export class TenantFiles implements PlatformFiles {
  readonly #folder: string;
  readonly #limits: Partial<FolderLimits>;
  readonly #opened = new Map<string, FolderFiles>();

  constructor(folder: string, limits: Partial<FolderLimits> = {}) {
    this.#folder = folder;
    this.#limits = limits;
  }

  /** The tenant's own file comes before the shared one of the same name. Rejects as `FolderFiles.find`. */
  async find(tenantID: string, src: string, signal: AbortSignal): Promise<readonly PlatformFile[]> {
    const shared = this.#open('shared');
    if (!tenantPattern.test(tenantID)) {
      return shared.find(src, signal);
    }
    try {
      return await this.#open(join('tenants', tenantID)).find(src, signal);
    } catch (error) {
      if (isCoded(error, 'FileNotFound')) {
        return shared.find(src, signal);
      }
      throw error;
    }
  }

  #open(folder: string): FolderFiles {
    const known = this.#opened.get(folder) ?? new FolderFiles(join(this.#folder, folder), this.#limits);
    this.#opened.set(folder, known);
    return known;
  }
}
