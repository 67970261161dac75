import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { CommandError, errors } from '../errors.ts';
import { runScript, type Run, type RunOptions, type RunResult } from '../exec/run-options.ts';
import { Secret } from '../secret.ts';
import { parseStat, type FileStat } from './file-stat.ts';
import { absent, contentDiffers, notAFile, readScript, statScript, writeScript } from './scripts.ts';

export type FileOptions = Pick<RunOptions, 'sudo' | 'guard' | 'timeoutMs' | 'signal'>;

export interface ReadOptions extends FileOptions {
  /** Default 1 MiB. A longer file is an error. */
  readonly maxBytes?: number | undefined;
}

export interface WriteOptions extends FileOptions {
  /** Permission bits, 0o644 for instance. */
  readonly mode: number;
  /** `user` or `user:group`. Default: who writes the file, root unless `sudo` is false. */
  readonly owner?: string | undefined;
  /** Makes missing parent folders, with this mode. Without it a missing folder is an error. */
  readonly parents?: number | undefined;
}

/** `attributes`: content was right, owner or mode were not. */
export type WriteOutcome = 'unchanged' | 'attributes' | 'written';

/** Content of a known digest that need not fit into memory. */
export interface UploadSource {
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
  open(): Readable;
}

export interface UploadOptions extends WriteOptions {
  /** How much has been sent, as it goes. */
  readonly onProgress?: ((sentBytes: number) => void) | undefined;
}

const defaultReadBytes = 1024 * 1024;
const defaultUploadTimeoutMs = 30 * 60_000;

/** Files of a host. Paths are absolute. What is written is there as a whole or not at all. */
export class HostFiles {
  readonly #run: Run;

  constructor(run: Run) {
    this.#run = run;
  }

  /** Undefined when there is nothing of that name. Does not follow a link. */
  async stat(path: string, options: FileOptions = {}): Promise<FileStat | undefined> {
    const result = await this.#script(statScript, [absolute(path)], { ...options, exitCodes: [0, absent] });
    return result.exitCode === absent ? undefined : parseStat(result.stdout);
  }

  /** Undefined when there is no such file. Rejects with FileTooLarge or NotAFile. */
  async read(path: string, { maxBytes = defaultReadBytes, ...options }: ReadOptions = {}): Promise<Buffer | undefined> {
    const { exitCode, stdoutBytes } = await this.#script(readScript, [absolute(path), String(maxBytes + 1)], {
      ...options,
      maxOutputBytes: maxBytes + 1,
      exitCodes: [0, absent, notAFile],
    });
    if (exitCode === notAFile) {
      throw errors.NotAFile(`${path} is no file`);
    }
    if (stdoutBytes.length > maxBytes) {
      throw errors.FileTooLarge(`${path} has more than ${maxBytes} bytes`);
    }
    return exitCode === absent ? undefined : stdoutBytes;
  }

  /** Writes a file unless it is there with this content already. */
  async write(path: string, content: string | Uint8Array | Secret, options: WriteOptions): Promise<WriteOutcome> {
    const bytes = content instanceof Secret ? content.reveal() : Buffer.from(content);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return this.#write(path, sha256, { ...options, stdin: content });
  }

  /** As `write`, for content of any size. Asks for the digest first, and sends nothing that is there already. */
  async upload(path: string, source: UploadSource, options: UploadOptions): Promise<WriteOutcome> {
    const { onProgress, timeoutMs = defaultUploadTimeoutMs, ...rest } = options;
    const found = await this.#write(path, source.sha256, { ...rest, timeoutMs, action: 'check' });
    if (found !== 'needed') {
      return found;
    }
    const stdin = onProgress === undefined ? source.open() : counted(source.open(), onProgress);
    return this.#write(path, source.sha256, { ...rest, timeoutMs, stdin });
  }

  async #write(
    path: string,
    sha256: string,
    options: WriteAttempt & { readonly action: 'check' },
  ): Promise<WriteOutcome | 'needed'>;
  async #write(path: string, sha256: string, options: WriteAttempt): Promise<WriteOutcome>;
  async #write(path: string, sha256: string, options: WriteAttempt): Promise<WriteOutcome | 'needed'> {
    const { mode, owner = '', parents, action = 'write', ...rest } = options;
    const args = [absolute(path), sha256, mode.toString(8), owner, parents?.toString(8) ?? '', action];
    const exitCodes = [0, notAFile, contentDiffers];
    const { exitCode, stdout } = await this.#script(writeScript, args, { ...rest, exitCodes });
    if (exitCode === notAFile) {
      throw errors.NotAFile(`${path} is something else than a file`);
    }
    if (exitCode === contentDiffers) {
      throw errors.ContentDiffers(`what arrived for ${path} has not the SHA-256 ${sha256}`);
    }
    return stdout.trim() as WriteOutcome | 'needed';
  }

  async #script(script: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
    try {
      return await runScript(this.#run, script, args, options);
    } catch (error) {
      throw error instanceof CommandError ? named(error, args[0] ?? '') : error;
    }
  }
}

interface WriteAttempt extends WriteOptions {
  readonly stdin?: RunOptions['stdin'];
  readonly action?: 'check' | 'write';
}

/** The path says more than the script that worked on it. */
function named(error: CommandError, path: string): CommandError {
  const code = error.code === 'DiskFull' ? 'DiskFull' : 'CommandFailed';
  return new CommandError(code, { ...error.failure, command: path }, { cause: error });
}

function absolute(path: string): string {
  if (!path.startsWith('/') || path.includes('\0')) {
    throw new TypeError(`not an absolute path: ${path}`);
  }
  return path;
}

function counted(source: Readable, onProgress: (sentBytes: number) => void): Readable {
  let sent = 0;
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      sent += chunk.length;
      onProgress(sent);
      callback(null, chunk);
    },
  });
  pipeline(source, counter).catch(() => undefined); // the counter has the error, and whoever reads it
  return counter;
}

/** A file of this machine. Reads it once for its digest. */
export async function localFile(path: string, signal?: AbortSignal): Promise<UploadSource> {
  const { size } = await stat(path);
  const digest = createHash('sha256');
  await pipeline(createReadStream(path), digest, { signal });
  return {
    bytes: size,
    sha256: digest.digest('hex'),
    open: () => createReadStream(path, { highWaterMark: 256 * 1024 }),
  };
}
