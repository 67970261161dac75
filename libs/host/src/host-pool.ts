import { randomBytes } from 'node:crypto';

import { Host, type HostOptions } from './host.ts';
import { ConnectionPool, type PoolOptions, type PoolStats } from './pool/connection-pool.ts';
import { targetSecrets, type HostTarget } from './ssh/target.ts';

/** All hosts of a process, and the connections to them. */
export class HostPool {
  readonly #connections: ConnectionPool;
  readonly #options: PoolOptions;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#connections = new ConnectionPool(options);
  }

  /** Does not connect. Hosts with the same address, user and credentials share a connection. */
  host(target: HostTarget, options?: HostOptions): Host {
    const { clock, logger } = this.#options;
    const tools = {
      clock,
      logger,
      nonce: () => randomBytes(12).toString('hex'),
      needsSudo: target.user !== 'root',
      sudoPassword: target.sudoPassword ?? target.credentials.password,
      secrets: targetSecrets(target),
    };
    return new Host(this.#connections, target, tools, options);
  }

  stats(): PoolStats {
    return this.#connections.stats();
  }

  /** Closes all connections. Jobs on the hosts go on. */
  close(): void {
    this.#connections.close();
  }
}
