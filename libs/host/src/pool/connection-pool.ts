import { createHmac, randomBytes } from 'node:crypto';

import type { Logger } from '@tke/log';
import type { AddressGuard } from '@tke/net';
import { abortable, type Clock } from '@tke/time';

import { errors } from '../errors.ts';
import { Semaphore } from '../semaphore.ts';
import { connect } from '../ssh/connect.ts';
import type { SshConnection } from '../ssh/connection.ts';
import type { Jump } from '../ssh/dial.ts';
import { matchesPin } from '../ssh/host-key.ts';
import { targetName, targetSecrets, type HostTarget } from '../ssh/target.ts';
import { PooledConnection } from './pooled-connection.ts';

export interface PoolOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** For the way, the handshake and the login of one connection. Default 20,000. */
  readonly connectTimeoutMs?: number;
  /** After this without use a connection is closed. Default 60,000. */
  readonly idleTtlMs?: number;
  /** At the same time, jump hosts not counted. Default 200. */
  readonly maxConnections?: number;
  /** Commands at the same time on one connection. Default 8: sshd allows ten sessions, two are for ending commands. */
  readonly maxSessions?: number;
  /** Which addresses hosts, jump hosts and proxies may be connected to at from here. Default: all. */
  readonly guard?: AddressGuard;
  /** For metrics. */
  readonly onConnect?: (target: HostTarget) => void;
}

export interface PoolStats {
  readonly connections: number;
  readonly idle: number;
  /** Since the start of the pool. */
  readonly opened: number;
}

/** One session on a connection, for one command. */
export interface Lease {
  readonly connection: SshConnection;
  readonly release: () => void;
}

/** Connections to hosts: one for each way to log in, shared by all that goes on there. */
export class ConnectionPool {
  readonly #options: PoolOptions;
  readonly #entries = new Map<string, PooledConnection>();
  readonly #slots: Semaphore;
  readonly #closing = new AbortController();
  // Digests of credentials are keys here; with a key of their own they are worth nothing elsewhere.
  readonly #digestKey = randomBytes(32);
  #opened = 0;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#slots = new Semaphore(options.maxConnections ?? 200);
  }

  stats(): PoolStats {
    const entries = [...this.#entries.values()];
    return { connections: entries.length, idle: entries.filter(({ isIdle }) => isIdle).length, opened: this.#opened };
  }

  /** A session on the host, which waits for its turn. */
  async lease(target: HostTarget, signal?: AbortSignal): Promise<Lease> {
    const entry = this.#entry(target, { waits: true });
    const release = await entry.enter(signal);
    try {
      const connection = await abortable(entry.connection, signal);
      requireKey(target, connection);
      return { connection, release };
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Closes all connections. What still runs fails with ConnectionLost. */
  close(): void {
    this.#closing.abort(errors.ConnectionLost('this process closes its connections'));
    [...this.#entries.values()].forEach((entry) => entry.close());
  }

  #entry(target: HostTarget, { waits }: { readonly waits: boolean }): PooledConnection {
    const key = this.#key(target);
    const known = this.#entries.get(key);
    if (known !== undefined) {
      return known;
    }
    const { clock, idleTtlMs = 60_000, maxSessions = 8 } = this.#options;
    const entry = new PooledConnection({
      clock,
      idleTtlMs,
      maxSessions,
      connect: () => this.#connect(target, waits),
      onIdle: () => this.#makeRoom(),
      onGone: (gone) => {
        if (this.#entries.get(key) === gone) {
          this.#entries.delete(key);
        }
      },
    });
    this.#entries.set(key, entry);
    return entry;
  }

  async #connect(target: HostTarget, waits: boolean): Promise<SshConnection> {
    const { clock, logger, guard, connectTimeoutMs: timeoutMs = 20_000, onConnect } = this.#options;
    const { signal } = this.#closing;
    // A jump host does not wait: all connections that are allowed may be waiting for it.
    const turn = waits ? this.#slots.acquire(signal) : Promise.resolve(() => undefined);
    this.#makeRoom();
    const free = await turn;
    try {
      const openJump = (jump: HostTarget) => this.#jump(jump);
      const connection = await connect(target, { clock, timeoutMs, signal, guard, openJump });
      this.#opened += 1;
      onConnect?.(target);
      logger.debug('Connected', { host: targetName(target), key: connection.hostKey.fingerprint });
      connection.onClosed((reason) => {
        free();
        logger.debug('Disconnected', { host: targetName(target), reason: reason.message });
      });
      return connection;
    } catch (error) {
      free();
      throw error;
    }
  }

  async #jump(target: HostTarget): Promise<Jump> {
    const entry = this.#entry(target, { waits: false });
    const release = entry.hold();
    try {
      const connection = await entry.connection;
      requireKey(target, connection);
      return { forward: (to, attach, signal) => connection.forward(to, attach, signal), release };
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Gives up an idle connection where somebody waits to open one. */
  #makeRoom(): void {
    if (this.#slots.waiting > 0) {
      [...this.#entries.values()].find(({ isIdle }) => isIdle)?.close();
    }
  }

  /** What makes two targets the same connection. Their host key policies may differ: see `requireKey`. */
  #key(target: HostTarget): string {
    const digest = createHmac('sha256', this.#digestKey);
    for (const secret of targetSecrets(target)) {
      digest.update(`${secret.reveal().length}:`).update(secret.reveal());
    }
    return [targetName(target), way(target), digest.digest('base64')].join(' ');
  }
}

function way({ via }: HostTarget): string {
  if (via === undefined) {
    return 'direct';
  }
  return via.kind === 'jump'
    ? `jump ${targetName(via.target)} ${way(via.target)}`
    : `socks5 ${via.user ?? ''}@${via.address}:${via.port}`;
}

/** A connection made when the key was not pinned yet, or pinned to another, serves only who accepts its key. */
function requireKey({ hostKeys, ...target }: HostTarget, { hostKey }: SshConnection): void {
  if (hostKeys.kind === 'pinned' && !matchesPin(hostKey, hostKeys.pins)) {
    const name = targetName({ hostKeys, ...target });
    throw errors.HostKeyChanged(`${name} shows ${hostKey.type} ${hostKey.fingerprint}, which is not pinned`);
  }
}
