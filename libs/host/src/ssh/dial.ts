import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

import { errorMessage, isCoded } from '@tke/errors';
import { dialTcp, type AddressGuard, type DialOptions, type Endpoint } from '@tke/net';
import { abortable } from '@tke/time';
import { SocksClient } from 'socks';

import { errors } from '../errors.ts';
import type { HostTarget, Via } from './target.ts';

/** A connection to a jump host, which carries streams to what it can reach. */
export interface Jump {
  forward<T>(to: Endpoint, attach: (stream: Duplex) => T, signal: AbortSignal): Promise<T>;
  /** The stream is over: the jump host is not needed for it any longer. */
  release(): void;
}

export interface DialTools {
  /** Of what is connected to from here. What a jump host or proxy connects to is reached from its network. Absent: all addresses. */
  readonly guard: AddressGuard | undefined;
  readonly openJump: (target: HostTarget, signal: AbortSignal) => Promise<Jump>;
}

/** The stream on which SSH is spoken. Rejects with AddressDenied, HostUnreachable, or with what went wrong at the jump host. */
export async function dial(target: HostTarget, tools: DialTools, signal: AbortSignal): Promise<Duplex> {
  const { address: host, port = 22, via } = target;
  const { guard } = tools;
  if (via === undefined) {
    return dialDirect({ host, port }, { guard, signal });
  }
  return via.kind === 'socks5'
    ? dialSocks(via, { host, port }, { guard, signal })
    : dialJump(via.target, { host, port }, { tools, signal });
}

async function dialDirect(to: Endpoint, options: DialOptions): Promise<Socket> {
  try {
    return await dialTcp(to, options);
  } catch (cause) {
    options.signal.throwIfAborted();
    throw isCoded(cause)
      ? cause
      : errors.HostUnreachable(`no connection to ${to.host} port ${to.port}: ${errorMessage(cause)}`, { cause });
  }
}

async function dialSocks(proxy: Extract<Via, { kind: 'socks5' }>, to: Endpoint, options: DialOptions): Promise<Duplex> {
  const { signal } = options;
  const proxyEndpoint: Endpoint = { host: proxy.address, port: proxy.port };
  const through = `SOCKS5 proxy ${proxy.address} port ${proxy.port}`;
  const credentials =
    proxy.user === undefined ? {} : { userId: proxy.user, password: proxy.password?.reveal().toString('utf8') ?? '' };
  const dialled = await dialDirect(proxyEndpoint, options);
  const connecting = SocksClient.createConnection({
    existing_socket: dialled,
    proxy: { ...proxyEndpoint, type: 5, ...credentials },
    command: 'connect',
    destination: to,
  }).then(({ socket }) => socket);
  connecting.catch(ignore);
  try {
    return await abortable(connecting, signal);
  } catch (cause) {
    dialled.destroy();
    signal.throwIfAborted();
    throw errors.HostUnreachable(`no connection to ${to.host} port ${to.port} by ${through}: ${errorMessage(cause)}`, {
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
