import type { Readable } from 'node:stream';

import { errorMessage, type CodedError } from '@tke/errors';
import type { Logger } from '@tke/log';
import type { Clock } from '@tke/time';

import type { DownloadCache } from './download-cache.ts';
import { errors } from './errors.ts';
import { httpGet, type HttpAnswer } from './http-get.ts';
import { indexFileName, type IndexedFile, type PackageIndex } from './package-index.ts';
import { readIndex, type PackageStore } from './package-store.ts';

export interface HttpStoreOptions {
  readonly cache: DownloadCache;
  readonly ca?: string | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

// Every host of a cluster asks in every step; a mirror that is being filled is seen soon enough.
const indexFreshMs = 30_000;
const goneStatuses = new Set([404, 410]);

/** A mirror of such a folder behind HTTP or HTTPS. What is used of it is kept on this machine. */
export class HttpStore implements PackageStore {
  readonly location: string;
  readonly #options: HttpStoreOptions;
  #index: { readonly value: PackageIndex; readonly readAt: number } | undefined;

  /** `url` ends with a slash. */
  constructor(url: URL, options: HttpStoreOptions) {
    this.location = url.href;
    this.#options = options;
  }

  async index(signal: AbortSignal): Promise<PackageIndex> {
    const { cache, clock } = this.#options;
    const known = this.#index;
    if (known !== undefined && clock.monotonic() - known.readAt < indexFreshMs) {
      return known.value;
    }
    const url = new URL(indexFileName, this.location);
    const value = await this.#get(url, signal, ({ status, chunks }) => {
      if (status !== 200) {
        throw refusal(url, status) ?? errors.PackageIndexInvalid(`${url.href}: HTTP ${status}`);
      }
      return readIndex(reachable(chunks, url), this.location);
    });
    this.#index = { value, readAt: clock.monotonic() };
    await cache.keepOnly(digestsOf(value), signal);
    return value;
  }

  async obtain(file: IndexedFile, signal: AbortSignal): Promise<() => Readable> {
    return (await this.#options.cache.find(file, signal)) ?? (await this.#download(file, signal));
  }

  async #download(file: IndexedFile, signal: AbortSignal): Promise<() => Readable> {
    const { cache, clock, logger } = this.#options;
    const url = new URL(file.path, this.location);
    const startedAt = clock.monotonic();
    const open = await this.#get(url, signal, ({ status, chunks }) => {
      if (status !== 200) {
        const what = `${url.href}, which ${indexFileName} names: HTTP ${status}`;
        throw refusal(url, status) ?? errors.PackageMissing(what);
      }
      return cache.put(file, reachable(chunks, url), url.href, signal);
    });
    const seconds = Math.round((clock.monotonic() - startedAt) / 1000);
    logger.info('downloaded a package', { url: url.href, bytes: file.bytes, seconds });
    return open;
  }

  async #get<T>(url: URL, signal: AbortSignal, use: (answer: HttpAnswer) => Promise<T>): Promise<T> {
    const { clock, ca } = this.#options;
    const answer = await httpGet(url, { clock, ca, signal }).catch((cause: unknown) => {
      signal.throwIfAborted();
      throw unreachable(url, cause);
    });
    try {
      return await use(answer);
    } finally {
      answer.discard();
    }
  }
}

/** The body, whose failures are those of the mirror. */
async function* reachable(chunks: AsyncIterable<Uint8Array>, url: URL): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch (cause) {
    throw unreachable(url, cause);
  }
}

function unreachable(url: URL, cause: unknown): CodedError {
  return errors.PackageSourceUnreachable(`${url.href}: ${errorMessage(cause)}`, { cause });
}

/** Undefined where the file is not there; every other status may change by itself or by the mirror's administrator. */
function refusal(url: URL, status: number): CodedError | undefined {
  return goneStatuses.has(status) ? undefined : errors.PackageSourceUnreachable(`${url.href}: HTTP ${status}`);
}

function digestsOf({ versions }: PackageIndex): ReadonlySet<string> {
  const releases = [...versions.values()].flatMap((byArchitecture) => [...byArchitecture.values()]);
  return new Set(releases.flatMap(({ programs, images }) => [...programs, ...images].map(({ sha256 }) => sha256)));
}
