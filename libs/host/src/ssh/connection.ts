import type { Duplex } from 'node:stream';

import { errorMessage, isCoded, type CodedError } from '@tke/errors';
import type { Endpoint } from '@tke/net';
import type { Clock } from '@tke/time';
import type { NodeSSH } from 'node-ssh';

import { errors } from '../errors.ts';
import { Semaphore } from '../semaphore.ts';
import type { HostKey } from './host-key.ts';

export type SshClient = NonNullable<NodeSSH['connection']>;
type Callback = (error: Error | undefined, channel: SshChannel) => void;
export type SshChannel = Awaited<ReturnType<NodeSSH['requestShell']>>;

/**
 * sshd counts a session that we have closed until it has read all that we sent with that (channels.c, channel_garbage_collect): where
 * several end and begin at once, it refuses one for which there is room by the time we hear of that.
 */
const mostTries = 5;
const betweenTriesMs = 100;

export interface ExecOptions {
  readonly clock: Clock;
  /** Ends the tries. What the host was asked to begin is waited for all the same. */
  readonly signal?: AbortSignal;
}

/**
 * An authenticated connection. Listens for errors as long as it lives: without a listener a reset ends the process,
 * and node-ssh removes its own once it is connected.
 */
export class SshConnection {
  readonly hostKey: HostKey;
  /** Sessions for ending commands, kept free by whoever shares out the others: sshd allows ten in all. */
  readonly spareSessions = new Semaphore(2);
  readonly #name: string;
  readonly #client: SshClient;
  readonly #watchers = new Set<(reason: CodedError) => void>();
  #reason: string | undefined;
  #isClosed = false;

  /** The client's `error` event must have a listener already. */
  constructor(client: SshClient, name: string, hostKey: HostKey) {
    this.#client = client;
    this.#name = name;
    this.hostKey = hostKey;
    client.setMaxListeners(0);
    client.on('error', (error) => (this.#reason ??= error.message));
    client.once('close', () => {
      this.#isClosed = true;
      [...this.#watchers].forEach((watcher) => watcher(this.lost()));
      this.#watchers.clear();
    });
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /**
   * Calls back once the connection is gone, at once if it is. Returns what ends that: commands come and go while the
   * connection stays, and a promise would remember each of them.
   */
  onClosed(callback: (reason: CodedError) => void): () => void {
    if (this.#isClosed) {
      callback(this.lost());
      return () => undefined;
    }
    this.#watchers.add(callback);
    return () => void this.#watchers.delete(callback);
  }

  /**
   * Starts a command, which runs whether somebody waits for it or not. `attach` is called with the channel at once: the exit
   * status may be in the very packet that says that the command runs, and is an event that nobody repeats.
   */
  async exec<T>(command: string, attach: (channel: SshChannel) => T, { clock, signal }: ExecOptions): Promise<T> {
    const start = (callback: Callback) => void this.#client.exec(command, callback);
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#open(start, attach, undefined);
      } catch (error) {
        if (tries === mostTries || !isCoded(error, 'SessionRefused')) {
          throw error;
        }
      }
      await clock.sleep(betweenTriesMs, signal);
    }
  }

  /** A stream to what the host can reach. `attach` is called with it at once. */
  async forward<T>({ host, port }: Endpoint, attach: (stream: Duplex) => T, signal?: AbortSignal): Promise<T> {
    const start = (callback: Callback) => void this.#client.forwardOut('127.0.0.1', 0, host, port, callback);
    try {
      return await this.#open(start, attach, signal);
    } catch (cause) {
      signal?.throwIfAborted();
      throw errors.HostUnreachable(`${this.#name} cannot reach ${host} port ${port}: ${errorMessage(cause)}`, {
        cause,
      });
    }
  }

  /** The error for what the end of the connection cut short; `what` says so where the reason is not known. */
  lost(what = 'the host closed it', cause?: unknown): CodedError {
    const reason = this.#reason ?? (cause === undefined ? what : errorMessage(cause));
    return errors.ConnectionLost(`the connection to ${this.#name} is gone: ${reason}`, { cause });
  }

  get name(): string {
    return this.#name;
  }

  /** Ends the connection in good order. */
  close(): void {
    this.#reason ??= 'closed by us';
    this.#client.end();
  }

  /** Ends the connection now. */
  destroy(reason: string): void {
    this.#reason ??= reason;
    this.#client.destroy();
  }

  #open<T>(
    start: (callback: Callback) => void,
    attach: (channel: SshChannel) => T,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      signal?.throwIfAborted();
      if (this.#isClosed) {
        throw this.lost();
      }
      const onAbort = () => settle(() => reject(signal?.reason as Error));
      const settle = (outcome: () => void) => {
        forget();
        signal?.removeEventListener('abort', onAbort);
        outcome();
      };
      const forget = this.onClosed((reason) => settle(() => reject(reason)));
      signal?.addEventListener('abort', onAbort, { once: true });
      const onChannel: Callback = (error, channel) => {
        if (error !== undefined) {
          settle(() => reject(this.#refused(error)));
          return;
        }
        channel.on('error', () => undefined);
        channel.stderr.on('error', () => undefined);
        if (signal?.aborted) {
          channel.close();
          return;
        }
        settle(() => resolve(attach(channel)));
      };
      try {
        start(onChannel);
      } catch (error) {
        settle(() => reject(this.lost(errorMessage(error), error))); // ssh2 throws where the socket has ended already
      }
    });
  }

  #refused(cause: Error): CodedError {
    if (this.#isClosed || !/open failure|unable to exec/i.test(cause.message)) {
      return this.lost('no session', cause);
    }
    return errors.SessionRefused(`${this.#name} opens no further session: ${cause.message}`, { cause });
  }
}
