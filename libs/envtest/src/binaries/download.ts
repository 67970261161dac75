import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { chmod, mkdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';

import { errorMessage } from '@tke/errors';
import type { Clock } from '@tke/time';

import { errors } from '../errors.ts';
import { megabytes, Progress, type Report } from './progress.ts';
import type { ReleaseComponent } from './release-component.ts';

/** Where the official releases are. */
export interface DownloadSites {
  readonly kubernetes: string;
  readonly github: string;
}

export const officialSites: DownloadSites = {
  kubernetes: 'https://dl.k8s.io/release',
  github: 'https://github.com',
};

/** One file of a release. `sums` is the address of its checksum, alone or in a list as sha256sum(1) writes it. */
export type Download = { readonly url: string; readonly sums: string } & (
  | { readonly kind: 'file'; readonly binary: string }
  /** A compressed tar. `members`: path in it of each binary. */
  | { readonly kind: 'archive'; readonly members: Readonly<Record<string, string>> }
);

export interface DownloadOptions {
  readonly sites: DownloadSites;
  /** `amd64` or `arm64`. */
  readonly arch: string;
  readonly report: Report;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
}

// A firewall that drops packets must not hold up a machine that can build instead.
const answerTimeoutMs = 5_000;
const stallTimeoutMs = 30_000;

/** Puts the verified binaries of a component into `folder`. Throws DownloadFailed or ChecksumMismatch. */
export async function download(component: ReleaseComponent, folder: string, options: DownloadOptions): Promise<void> {
  const { binaries } = component;
  for (const file of component.downloads(options.sites, options.arch)) {
    if (file.kind === 'archive') {
      const wanted = Object.entries(file.members).filter(([binary]) => binaries.includes(binary));
      await fetchMembers(file, wanted, folder, options);
    } else if (binaries.includes(file.binary)) {
      await fetchChecked(file, join(folder, file.binary), options);
      await chmod(join(folder, file.binary), 0o755);
    }
  }
}

/** Keeps of a compressed tar what is wanted. */
async function fetchMembers(
  file: Download,
  members: readonly (readonly [binary: string, path: string])[],
  folder: string,
  options: DownloadOptions,
): Promise<void> {
  const unpacked = join(folder, 'unpacked');
  const archive = join(unpacked, 'archive');
  await mkdir(unpacked);
  await fetchChecked(file, archive, options);
  await promisify(execFile)('tar', ['-xzf', archive, '-C', unpacked, ...members.map(([, path]) => path)]);
  for (const [binary, path] of members) {
    await chmod(join(unpacked, path), 0o755);
    await rename(join(unpacked, path), join(folder, binary));
  }
  await rm(unpacked, { recursive: true });
}

async function fetchChecked({ url, sums }: Download, path: string, options: DownloadOptions): Promise<void> {
  const expected = sumOf(basename(url), await fetchText(sums, options));
  if (expected === undefined) {
    throw errors.ChecksumMismatch(`${sums} has no checksum of ${basename(url)}`);
  }
  await fetchVerified(url, path, expected, options);
}

/** A checksum's file holds nothing else, or a line per file with the checksum and the name. */
function sumOf(name: string, text: string): string | undefined {
  const lines = text
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/ +\*?/));
  const named = lines.find(([, path]) => path !== undefined && basename(path) === name);
  return (named ?? lines.find((words) => words.length === 1))?.[0];
}

async function fetchText(url: string, options: DownloadOptions): Promise<string> {
  const { chunks } = await open(url, options);
  let text = '';
  for await (const chunk of chunks) {
    text += Buffer.from(chunk).toString('latin1');
  }
  return text;
}

async function fetchVerified(url: string, path: string, expected: string, options: DownloadOptions): Promise<void> {
  const { chunks, size } = await open(url, options);
  const progress = new Progress(`downloading ${url}`, options.report, options.clock);
  const total = size === undefined ? '' : ` of ${megabytes(size)}`;
  const hash = createHash('sha256');
  let bytes = 0;
  await pipeline(async function* () {
    for await (const chunk of chunks) {
      hash.update(chunk);
      bytes += chunk.length;
      progress.update(`${megabytes(bytes)}${total}`);
      yield chunk;
    }
  }, createWriteStream(path));
  const found = hash.digest('hex');
  if (found !== expected) {
    throw errors.ChecksumMismatch(`${url} has SHA-256 ${found}, its release says ${JSON.stringify(expected)}`);
  }
  progress.done();
}

interface Answer {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Bytes, where the server tells. */
  readonly size: number | undefined;
}

async function open(url: string, options: DownloadOptions): Promise<Answer> {
  const { clock, signal } = options;
  const overdue = new AbortController();
  const within = (timeoutMs: number) =>
    clock.setTimer(timeoutMs, () => overdue.abort(new Error(`nothing came for ${timeoutMs / 1000} s`)));
  let timer = within(answerTimeoutMs);
  try {
    const response = await fetch(url, {
      signal: AbortSignal.any([overdue.signal, ...(signal === undefined ? [] : [signal])]),
    });
    const { body } = response;
    if (!response.ok || body === null) {
      throw new Error(`HTTP ${response.status}`);
    }
    const chunks = async function* () {
      timer = within(stallTimeoutMs);
      try {
        for await (const chunk of body) {
          timer.cancel();
          timer = within(stallTimeoutMs);
          yield chunk as Uint8Array;
        }
      } catch (cause) {
        throw failed(url, cause, options);
      } finally {
        timer.cancel();
      }
    };
    const size = Number(response.headers.get('content-length'));
    return { chunks: chunks(), size: size > 0 ? size : undefined };
  } catch (cause) {
    throw failed(url, cause, options);
  } finally {
    timer.cancel();
  }
}

function failed(url: string, cause: unknown, { signal }: DownloadOptions): Error {
  signal?.throwIfAborted();
  // fetch says no more than "fetch failed"; what happened is the cause of its error.
  const { cause: reason = cause } = cause as { readonly cause?: unknown };
  return errors.DownloadFailed(`${url}: ${errorMessage(reason)}`, { cause });
}
