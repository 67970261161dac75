/** Something with a life of its own inside a manager. */
export interface Runnable {
  /** For logs and errors. */
  readonly name: string;
  /** Whether only the elected leader runs it. Default false. */
  readonly leaderOnly?: boolean;
  /** Resolves when it has truly ended after `signal` aborted. A rejection stops the manager. */
  start(signal: AbortSignal): Promise<void>;
  /** Resolves when what is started after it may rely on it. Absent: at once. Rejects when `signal` aborts first. */
  waitForSync?(signal: AbortSignal): Promise<void>;
}
