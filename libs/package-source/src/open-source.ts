import { isAbsolute } from 'node:path';

import type { Logger } from '@tke/log';
import type { Clock } from '@tke/time';

import { DirectoryStore } from './directory-store.ts';
import { DownloadCache } from './download-cache.ts';
import { locationErrors } from './errors.ts';
import { HttpStore } from './http-store.ts';
import { IndexedSource } from './indexed-source.ts';
import type { PackageSource } from './package-source.ts';

export interface PackageSourceOptions {
  /** Keeps what comes from a mirror. Made when it is not there; files in it that are no downloads are left alone. */
  readonly cacheFolder: string;
  /** Certificate authorities that sign the mirror's certificate, PEM. Default: those that Node trusts. */
  readonly ca?: string | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * The package source at a location: an absolute path, or a URL of a mirror. Throws PackageLocationInvalid; nothing is
 * read yet.
 */
export function packageSource(location: string, options: PackageSourceOptions): PackageSource {
  if (isAbsolute(location)) {
    return new IndexedSource(new DirectoryStore(location));
  }
  const { ca, clock, logger } = options;
  const cache = new DownloadCache(options.cacheFolder, clock);
  return new IndexedSource(new HttpStore(mirrorUrl(location), { cache, ca, clock, logger }));
}

/** The message does not repeat the location, which may hold a password by mistake. */
function mirrorUrl(location: string): URL {
  const url = URL.parse(location.endsWith('/') ? location : `${location}/`);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw locationErrors.PackageLocationInvalid(
      'the package source is neither an absolute path nor an http:// or https:// URL',
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw locationErrors.PackageLocationInvalid(
      `the package source at ${url.host} has a user or a password in its URL`,
    );
  }
  if (url.search !== '' || url.hash !== '') {
    throw locationErrors.PackageLocationInvalid(
      `the package source at ${url.host} has a query or a fragment in its URL`,
    );
  }
  return url;
}
