import type {
  FileStat,
  HostFacts,
  ReadOptions,
  RunOptions,
  RunResult,
  Secret,
  UploadSource,
  WriteOptions,
  WriteOutcome,
} from '@tke/host';
import type { Attempt, Waiting } from '@tke/plan';

export type SessionRunOptions = Omit<RunOptions, 'guard' | 'signal'>;

export interface JobRun extends Pick<RunOptions, 'stdin'> {
  /** The host ends it then. */
  readonly limitMs: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Exit codes that are no failure. Default 0. */
  readonly exitCodes?: readonly number[];
}

/**
 * A host of a cluster while this process leads and holds the host's lock: everything it runs or writes is guarded by the lock,
 * is done as root, and ends with the signal of the pass.
 */
export interface HostSession {
  readonly ip: string;
  facts(): Promise<HostFacts>;
  run(argv: readonly string[], options?: SessionRunOptions): Promise<RunResult>;
  /** A script of the POSIX shell; `args` are its `$1`, `$2`, … */
  script(script: string, args?: readonly string[], options?: SessionRunOptions): Promise<RunResult>;
  stat(path: string): Promise<FileStat | undefined>;
  read(path: string, options?: Pick<ReadOptions, 'maxBytes'>): Promise<Buffer | undefined>;
  write(
    path: string,
    content: string | Uint8Array | Secret,
    options: Pick<WriteOptions, 'mode' | 'owner' | 'parents'>,
  ): Promise<WriteOutcome>;
  upload(
    path: string,
    source: UploadSource,
    options: Pick<WriteOptions, 'mode' | 'owner' | 'parents'>,
  ): Promise<WriteOutcome>;
  /**
   * A command that may take long: runs detached under the id of the attempt, is waited for for a few seconds, and is adopted when the
   * same attempt asks again. Returns Waiting while it runs; resolves with its output when it has ended well; rejects with CommandFailed.
   * At most one per attempt.
   */
  job(attempt: Attempt, argv: readonly string[], options: JobRun): Promise<Waiting | { readonly output: string }>;
}

export function isWaiting(result: Waiting | { readonly output: string }): result is Waiting {
  return 'message' in result;
}
