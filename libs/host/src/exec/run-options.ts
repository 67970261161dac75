import type { Readable } from 'node:stream';

import { Secret } from '../secret.ts';
import type { LockGuard } from './wrapper.ts';

export interface RunOptions {
  /** Ends after this. Default: empty. */
  readonly stdin?: string | Uint8Array | Secret | Readable | undefined;
  /** Then the command is ended, on the host as well. Default 60,000. */
  readonly timeoutMs?: number | undefined;
  /** Whether to run as root. Nothing changes for a user that is root. Default true. */
  readonly sudo?: boolean | undefined;
  /** Seen by every user of the host: nothing secret. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Of standard output and of standard error each, counted from the end. Default 1 MiB. */
  readonly maxOutputBytes?: number | undefined;
  /** Exit codes that are an answer, not a failure. Default 0. */
  readonly exitCodes?: readonly number[] | undefined;
  /** What errors must not show, besides the secrets of the host and of `stdin`. */
  readonly secrets?: readonly Secret[] | undefined;
  /** The command runs only if this lock is held, and nobody takes the lock while it runs. */
  readonly guard?: LockGuard | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface RunResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly stdoutBytes: Buffer;
  /** Whether the beginning of standard output is missing because it was longer than `maxOutputBytes`. */
  readonly truncated: boolean;
}

/** Runs commands on one host. The words of a command reach it as they are, whatever they hold. */
export type Run = (argv: readonly string[], options?: RunOptions) => Promise<RunResult>;

/** Runs a script of the POSIX shell; `args` are its `$1`, `$2`, … */
export function runScript(run: Run, script: string, args: readonly string[], options?: RunOptions): Promise<RunResult> {
  return run(['sh', '-c', script, 'sh', ...args], options);
}

/** The secrets that a command may echo. */
export function secretsOf({ stdin, secrets = [] }: RunOptions): readonly Secret[] {
  return stdin instanceof Secret ? [...secrets, stdin] : secrets;
}
