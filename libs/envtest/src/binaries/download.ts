import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { chmod, rm } from 'node:fs/promises';
import { join } from 'node:path';
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
  readonly etcd: string;
}

export const officialSites: DownloadSites = {
  kubernetes: 'https://dl.k8s.io/release',
  etcd: 'https://github.com/etcd-io/etcd/releases/download',
};

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
  const { sites, arch } = options;
  const { version } = component;
  if (component.name === 'kubernetes') {
    for (const binary of component.binaries) {
      const url = `${sites.kubernetes}/${version}/bin/linux/${arch}/${binary}`;
      await fetchVerified(url, join(folder, binary), await fetchText(`${url}.sha256`, options), options);
      await chmod(join(folder, binary), 0o755);
    }
    return;
  }
  const release = `etcd-${version}-linux-${arch}`;
  const sums = await fetchText(`${sites.etcd}/${version}/SHA256SUMS`, options);
  const [sum = ''] = sums.split('\n').filter((line) => line.trimEnd().endsWith(` ${release}.tar.gz`));
  const archive = join(folder, `${release}.tar.gz`);
  await fetchVerified(`${sites.etcd}/${version}/${release}.tar.gz`, archive, sum, options);
  await promisify(execFile)('tar', ['-xzf', archive, '-C', folder, '--strip-components=1', `${release}/etcd`]);
  await rm(archive);
}

async function fetchText(url: string, options: DownloadOptions): Promise<string> {
  const { chunks } = await open(url, options);
  let text = '';
  for await (const chunk of chunks) {
    text += Buffer.from(chunk).toString('latin1');
  }
  return text;
}

/** `sum` starts with the hexadecimal SHA-256, as both `.sha256` files and SHA256SUMS do. */
async function fetchVerified(url: string, path: string, sum: string, options: DownloadOptions): Promise<void> {
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
  const [expected] = sum.trim().split(/\s+/);
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
