import { request as httpRequest, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';

import { SocksClient } from 'socks';
import { buildConnector } from 'undici';

import { errorMessage, isCoded } from '@tke/errors';
import { bareHost, dialTcp, type AddressGuard, type Endpoint } from '@tke/net';

import { KubeTransportError } from '../errors.ts';

export interface TunnelOptions {
  readonly proxyUrl: string;
  /** Of the proxy. What the proxy connects to is reached from its network, not from ours. */
  readonly guard: AddressGuard | undefined;
  /** For the proxy's part and for the TLS handshake through it, each. */
  readonly timeoutMs: number;
  readonly tls: buildConnector.BuildOptions;
}

type HopOptions = Pick<TunnelOptions, 'guard' | 'timeoutMs'>;

function credentialsOf(proxy: URL): { readonly user: string; readonly password: string } | undefined {
  const { username, password } = proxy;
  return username === '' ? undefined : { user: decodeURIComponent(username), password: decodeURIComponent(password) };
}

function failed(proxy: URL, { host, port }: Endpoint, reason: string): KubeTransportError {
  // The URL of the proxy may carry a password: only its host is told.
  const message = `the proxy ${proxy.host} gave no way to ${host}:${port}: ${reason}`;
  const remedy = 'Check proxy-url, and that the proxy is up, lets us in and reaches the server.';
  return new KubeTransportError('ConnectionFailed', message, { remedy });
}

/** RFC 9110 9.3.6. */
function connectTunnel(proxy: URL, target: Endpoint, { guard, timeoutMs }: HopOptions): Promise<Socket> {
  guard?.check(bareHost(proxy.hostname));
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const authority = `${target.host.includes(':') ? `[${target.host}]` : target.host}:${target.port}`;
  const login = credentialsOf(proxy);
  const basic = login && `Basic ${Buffer.from(`${login.user}:${login.password}`).toString('base64')}`;
  const options: RequestOptions = {
    method: 'CONNECT',
    host: bareHost(proxy.hostname),
    port: proxy.port,
    path: authority,
    headers: { host: authority, ...(basic && { 'proxy-authorization': basic }) },
    agent: false,
    signal: AbortSignal.timeout(timeoutMs),
    ...(guard && { lookup: guard.lookup }),
  };
  const request = proxy.protocol === 'https:' ? httpsRequest(options) : httpRequest(options);
  request.once('connect', ({ statusCode = 0 }, socket: Socket) => {
    if (statusCode === 200) {
      resolve(socket);
    } else {
      socket.destroy();
      reject(new Error(`it answered ${statusCode}`));
    }
  });
  request.once('error', reject);
  request.end();
  return promise;
}

/** RFC 1928; names are resolved by the proxy, which may know some that we do not. */
async function socksTunnel(proxy: URL, target: Endpoint, { guard, timeoutMs }: HopOptions): Promise<Socket> {
  const login = credentialsOf(proxy);
  const endpoint = { host: bareHost(proxy.hostname), port: proxy.port === '' ? 1080 : Number(proxy.port) };
  const startedAt = performance.now();
  const dialled = await dialTcp(endpoint, { guard, signal: AbortSignal.timeout(timeoutMs) });
  const { socket } = await SocksClient.createConnection({
    command: 'connect',
    existing_socket: dialled,
    proxy: { type: 5, ...endpoint, ...(login && { userId: login.user, password: login.password }) },
    destination: target,
    timeout: Math.max(1, timeoutMs - (performance.now() - startedAt)),
  });
  return socket;
}

async function openTunnel(proxy: URL, target: Endpoint, options: HopOptions): Promise<Socket> {
  const { timeoutMs } = options;
  try {
    const open = proxy.protocol === 'socks5:' ? socksTunnel : connectTunnel;
    return await open(proxy, target, options);
  } catch (cause) {
    if (isCoded(cause)) {
      throw cause;
    }
    const reason = (cause as { name?: unknown }).name === 'TimeoutError' ? `no answer in ${timeoutMs / 1000} s` : '';
    throw failed(proxy, target, reason || errorMessage(cause));
  }
}

/**
 * Connects through a proxy. Instead of undici's ProxyAgent and Socks5ProxyAgent (8.12), because the connections of these are
 * neither limited in number nor in the time that they may take, and because the latter cannot do TLS with an IP address.
 */
export function tunnelConnector({ proxyUrl, tls, ...options }: TunnelOptions): buildConnector.connector {
  const proxy = new URL(proxyUrl);
  const handshake = buildConnector({ ...tls, allowH2: false, timeout: options.timeoutMs });
  return (to, callback) => {
    const secure = to.protocol === 'https:';
    const target = { host: bareHost(to.hostname), port: Number(to.port) || (secure ? 443 : 80) };
    openTunnel(proxy, target, options).then(
      (socket) => (secure ? handshake({ ...to, httpSocket: socket }, callback) : callback(null, socket)),
      (error: unknown) => callback(error as Error, null),
    );
  };
}
