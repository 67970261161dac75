import type { Clock, Timer } from '@tke/time';

import { Semaphore } from '../semaphore.ts';
import type { SshConnection } from '../ssh/connection.ts';

export interface PooledConnectionOptions {
  readonly clock: Clock;
  readonly idleTtlMs: number;
  readonly maxSessions: number;
  readonly connect: () => Promise<SshConnection>;
  readonly onIdle: () => void;
  /** The connection is of no use any longer: closed, broken, or never made. */
  readonly onGone: (gone: PooledConnection) => void;
}

/** One connection of the pool with those who use it. It is made when it is first asked for. */
export class PooledConnection {
  readonly #options: PooledConnectionOptions;
  readonly #sessions: Semaphore;
  #connecting: Promise<SshConnection> | undefined;
  #established: SshConnection | undefined;
  #users = 0;
  #idle: Timer | undefined;

  constructor(options: PooledConnectionOptions) {
    this.#options = options;
    this.#sessions = new Semaphore(options.maxSessions);
  }

  get connection(): Promise<SshConnection> {
    this.#connecting ??= this.#connect();
    return this.#connecting;
  }

  /** Whether the connection is there and nobody uses it. */
  get isIdle(): boolean {
    return this.#users === 0 && this.#established !== undefined;
  }

  /** Waits for a session. Resolves with what ends the use. */
  async enter(signal?: AbortSignal): Promise<() => void> {
    const leave = this.hold();
    try {
      const release = await this.#sessions.acquire(signal);
      return () => {
        release();
        leave();
      };
    } catch (error) {
      leave();
      throw error;
    }
  }

  /** Keeps the connection in use until the returned function is called. */
  hold(): () => void {
    this.#idle?.cancel();
    this.#users += 1;
    let held = true;
    return () => {
      if (held) {
        held = false;
        this.#leave();
      }
    };
  }

  close(): void {
    this.#idle?.cancel();
    this.#options.onGone(this);
    this.#established?.close();
  }

  #leave(): void {
    this.#users -= 1;
    this.#restWhenUnused();
  }

  #restWhenUnused(): void {
    if (this.isIdle) {
      this.#idle = this.#options.clock.setTimer(this.#options.idleTtlMs, () => this.close());
      this.#options.onIdle();
    }
  }

  async #connect(): Promise<SshConnection> {
    try {
      const connection = await this.#options.connect();
      this.#established = connection;
      connection.onClosed(() => {
        this.#idle?.cancel();
        this.#options.onGone(this);
      });
      this.#restWhenUnused(); // whoever asked for it may have given up
      return connection;
    } catch (error) {
      this.#options.onGone(this);
      throw error;
    }
  }
}
