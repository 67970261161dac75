import type { Logger } from '@tke/log';
import type { AddressGuard } from '@tke/net';
import { systemClock, type Clock } from '@tke/time';

import type { Client } from './client.ts';
import type { ClusterConfig } from './config/cluster-config.ts';
import { KubeTransportError } from './errors.ts';
import { Lane } from './transport/lane.ts';
import type { RequestObserver } from './transport/observing.ts';
import { routeTo } from './transport/route.ts';
import type { Transport } from './transport/transport.ts';
import { KubeClient } from './typed/kube-client.ts';

export interface SwitchableOptions {
  /** `<program>/<version>`, for the server's audit log. */
  readonly userAgent: string;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** For one try of a call, body included; of a watch, until its headers. Default 30,000 ms. */
  readonly requestTimeoutMs?: number;
  /** For all that a server asks one call to wait before it is repeated. Default: ten tries, however long. */
  readonly longestWaitMs?: number;
  /** To one address, TLS included. Default 10,000 ms. */
  readonly connectTimeoutMs?: number;
  /** Of calls, to each address; watches come on top, one each. Default 32. */
  readonly maxConnections?: number;
  /** Which addresses may be connected to; to others requests fail with AddressDenied. Default: all. */
  readonly guard?: AddressGuard | undefined;
  /** Called when a call has gone without an answer for `slowMs`, which is a reason to probe. */
  readonly onSlow?: () => void;
  /** Default 1,000 ms. */
  readonly slowMs?: number;
  /** Called after each try, for metrics. Must not throw. */
  readonly onRequest?: RequestObserver;
}

/**
 * A connection whose server and credential are exchanged, and which is blocked and opened, while its client is in use.
 * Blocked from the start; not connected to anything before the first `switchTo`.
 */
export class SwitchableConnection {
  /** For everybody; its `close` does nothing. */
  readonly client: Client;
  /** The same, blocked or not: for whoever finds out when to open. */
  readonly probe: Client;
  readonly #options: SwitchableOptions;
  readonly #retiring = new Set<Lane>();
  #lane: Lane | undefined;
  #blocked: Error | undefined = new KubeTransportError('ConnectionFailed', 'not connected yet');

  constructor(options: SwitchableOptions) {
    this.#options = options;
    this.client = this.#clientOver((request) => {
      if (this.#blocked !== undefined) {
        throw this.#blocked;
      }
      return this.#current().send(request);
    });
    // As a watch, so that it need not wait for a connection while calls have taken them all.
    this.probe = this.#clientOver((request) => this.#current().send({ ...request, streaming: true }));
  }

  /** Calls under way end on the old way; watches are cut, as they would go on with the rights of the old credential. */
  switchTo(config: ClusterConfig): void {
    const previous = this.#lane;
    const { logger, clock = systemClock, slowMs = 1_000, onSlow = () => undefined } = this.#options;
    this.#lane = new Lane(routeTo(config, { ...this.#options, logger, clock }), { clock, slowMs, onSlow });
    if (previous !== undefined) {
      previous.cutStreams(
        new KubeTransportError('ConnectionLost', `the credential for ${previous.host} was exchanged`),
      );
      this.#retire(previous);
    }
  }

  /** Requests without an answer are rejected with `reason`; further ones go over new sockets. Watches go on. */
  renew(reason: Error): void {
    this.#lane?.renew(reason);
    this.#retiring.forEach((lane) => lane.renew(reason));
  }

  /** Ends every watch. */
  cutWatches(reason: Error): void {
    this.#lane?.cutStreams(reason);
  }

  /** Rejects requests of `client` with `reason` from now on. Nothing under way is touched. */
  block(reason: Error): void {
    this.#blocked = reason;
  }

  open(): void {
    this.#blocked = undefined;
  }

  /** Frees the sockets, for good. Requests in flight are aborted. */
  async close(): Promise<void> {
    const lanes = [...this.#retiring, ...(this.#lane === undefined ? [] : [this.#lane])];
    this.#lane = undefined;
    this.block(new KubeTransportError('ClientClosed', 'the client is closed'));
    await Promise.all(lanes.map((lane) => lane.close()));
  }

  #current(): Lane {
    if (this.#lane === undefined) {
      throw this.#blocked ?? new KubeTransportError('ClientClosed', 'the client is closed');
    }
    return this.#lane;
  }

  #retire(lane: Lane): void {
    this.#retiring.add(lane);
    const done = () => this.#retiring.delete(lane);
    lane.retire().then(done, done);
  }

  #clientOver(send: Transport['send']): Client {
    const { userAgent, logger, clock = systemClock, requestTimeoutMs = 30_000, longestWaitMs } = this.#options;
    const host = () => this.#lane?.host ?? '';
    const transport: Transport = {
      get host() {
        return host();
      },
      // Not an async method of its own: what `send` throws is to reject as well.
      send: async (request) => send(request),
      close: () => Promise.resolve(),
    };
    return new KubeClient({ transport, userAgent, clock, logger, requestTimeoutMs, longestWaitMs });
  }
}
