export interface ExitStatus {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What to run, however long it is meant to live. */
export interface ProcessSpec {
  /** Names the process in errors. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env?: Readonly<NodeJS.ProcessEnv>;
  /** Standard output and standard error are appended here. */
  readonly logFile: string;
}

export interface RunningProcess {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  /** Resolves when the process has ended; rejects only when the signal aborts first. */
  untilExit(signal?: AbortSignal): Promise<ExitStatus>;
  /** Sends a signal. Does nothing when the process has ended. */
  kill(signal: NodeJS.Signals): void;
}
