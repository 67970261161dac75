import type { ServerHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

import type { Clock } from '@tke/time';

import type { Pacer } from './caller-rate.ts';
import { Callers } from './callers.ts';
import { Handshakes } from './handshakes.ts';
import type { ServerLimits } from './limits.ts';
import type { WebhookMetrics } from './metrics.ts';
import { peerIdentity, type PeerIdentity } from './peer-identity.ts';

/** What is known of an open connection. */
export interface Connection {
  /** Undefined where the server does not ask for client certificates. */
  readonly peer: PeerIdentity | undefined;
  /** Undefined where there is no peer. */
  readonly pacer: Pacer | undefined;
  /** Made under a client CA that has been replaced since: to be closed by its next answer. */
  outdated: boolean;
}

/** What requests come by: a TLS socket that speaks HTTP/1.1, or a session of HTTP/2. */
type Channel = TLSSocket | ServerHttp2Session;

export interface ConnectionsOptions {
  readonly limits: ServerLimits;
  readonly clock: Clock;
  readonly metrics: WebhookMetrics | undefined;
}

/** Keeps count of connections and closes those that are too many of one caller. */
export class Connections {
  readonly #metrics: WebhookMetrics | undefined;
  readonly #sockets = new Set<Socket>();
  readonly #handshakes: Handshakes;
  readonly #callers: Callers;
  readonly #open = new Map<object, Connection>();

  constructor({ limits, clock, metrics }: ConnectionsOptions) {
    this.#metrics = metrics;
    this.#handshakes = new Handshakes(limits.maxHandshakesPerAddress);
    this.#callers = new Callers(limits, clock);
  }

  get size(): number {
    return this.#sockets.size;
  }

  /** A TCP connection, before its TLS handshake. */
  accepted(socket: Socket): void {
    if (!this.#handshakes.begin(socket)) {
      this.#metrics?.limited('handshakes');
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  }

  /** A connection that is ready for requests. */
  opened(channel: Channel, socket: TLSSocket): void {
    this.#handshakes.end(socket);
    const peer = peerIdentity(socket);
    if (peer === undefined) {
      this.#add(channel, { peer, pacer: undefined, outdated: false });
      return;
    }
    const caller = this.#callers.join(peer.commonName);
    if (caller === undefined) {
      this.#metrics?.limited('callerConnections');
      channel.destroy();
      return;
    }
    this.#add(channel, { peer, pacer: caller.pacer, outdated: false });
    channel.once('close', () => this.#callers.leave(caller));
  }

  /** Undefined for what was closed at once. */
  of(channel: object): Connection | undefined {
    return this.#open.get(channel);
  }

  /** Lets every connection end with its next answer. */
  outdate(): void {
    for (const connection of this.#open.values()) {
      connection.outdated = true;
    }
  }

  cut(): void {
    for (const socket of this.#sockets) {
      socket.destroy();
    }
  }

  #add(channel: Channel, connection: Connection): void {
    this.#open.set(channel, connection);
    channel.once('close', () => this.#open.delete(channel));
  }
}
