import { createConnection } from 'node:net';
import type { Duplex } from 'node:stream';

import { errorMessage } from '@tke/errors';
import { abortable } from '@tke/time';
import { SocksClient } from 'socks';

import { errors } from '../errors.ts';
import type { HostTarget, Via } from './target.ts';

interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** A connection to a jump host, which carries streams to what it can reach. */
export interface Jump {
  forward<T>(to: Endpoint, attach: (stream: Duplex) => T, signal: AbortSignal): Promise<T>;
  /** The stream is over: the jump host is not needed for it any longer. */
  release(): void;
}

export interface DialTools {
  readonly openJump: (target: HostTarget, signal: AbortSignal) => Promise<Jump>;
}

/** The stream on which SSH is spoken. Rejects with HostUnreachable, or with what went wrong at the jump host. */
export async function dial(target: HostTarget, tools: DialTools, signal: AbortSignal): Promise<Duplex> {
  const { address, port = 22, via } = target;
  if (via === undefined) {
    return dialTcp(address, port, signal);
  }
  return via.kind === 'socks5'
    ? dialSocks(via, { address, port }, signal)
    : dialJump(via.target, { address, port }, { tools, signal });
}

function dialTcp(address: string, port: number, signal: AbortSignal): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const socket = createConnection({ host: address, port, noDelay: true, autoSelectFamily: true });
    const onAbort = () => {
      socket.destroy();
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('connect', () => {
      signal.removeEventListener('abort', onAbort);
      resolve(socket);
    });
    // Stays for the life of the socket: an error event without a listener ends the process.
    socket.on('error', (cause) => {
      signal.removeEventListener('abort', onAbort);
      reject(errors.HostUnreachable(`no connection to ${address} port ${port}: ${cause.message}`, { cause }));
    });
  });
}

async function dialSocks(
  proxy: Extract<Via, { kind: 'socks5' }>,
  { address, port }: Endpoint,
  signal: AbortSignal,
): Promise<Duplex> {
  const through = `SOCKS5 proxy ${proxy.address} port ${proxy.port}`;
  const credentials =
    proxy.user === undefined ? {} : { userId: proxy.user, password: proxy.password?.reveal().toString('utf8') ?? '' };
  const connecting = SocksClient.createConnection({
    proxy: { host: proxy.address, port: proxy.port, type: 5, ...credentials },
    command: 'connect',
    destination: { host: address, port },
    set_tcp_nodelay: true,
  }).then(({ socket }) => socket);
  connecting.then((socket) => (signal.aborted ? socket.destroy() : socket.on('error', ignore)), ignore);
  try {
    return await abortable(connecting, signal);
  } catch (cause) {
    signal.throwIfAborted();
    throw errors.HostUnreachable(`no connection to ${address} port ${port} by ${through}: ${errorMessage(cause)}`, {
      cause: new Error(errorMessage(cause)), // the error of the library carries the options, password included
    });
  }
}

async function dialJump(
  jumpTarget: HostTarget,
  endpoint: Endpoint,
  { tools, signal }: { readonly tools: DialTools; readonly signal: AbortSignal },
): Promise<Duplex> {
  const jump = await tools.openJump(jumpTarget, signal);
  try {
    const attach = (stream: Duplex) => {
      stream.on('error', ignore);
      stream.once('close', () => jump.release());
      return stream;
    };
    return await jump.forward(endpoint, attach, signal);
  } catch (error) {
    jump.release();
    throw error;
  }
}

function ignore(): undefined {
  return undefined;
}
