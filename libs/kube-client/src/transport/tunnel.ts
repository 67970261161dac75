import { request as httpRequest, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';

import { SocksClient } from 'socks';
import { buildConnector } from 'undici';

import { errorMessage } from '@tke/errors';

import { KubeTransportError } from '../errors.ts';

interface Target {
  readonly host: string;
  readonly port: number;
}

export interface TunnelOptions {
  readonly proxyUrl: string;
  /** For the proxy's part and for the TLS handshake through it, each. */
  readonly timeoutMs: number;
  readonly tls: buildConnector.BuildOptions;
}

/** As URLs write IPv6 addresses, without the brackets. */
function bare(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

function credentialsOf(proxy: URL): { readonly user: string; readonly password: string } | undefined {
  const { username, password } = proxy;
  return username === '' ? undefined : { user: decodeURIComponent(username), password: decodeURIComponent(password) };
}

function failed(proxy: URL, { host, port }: Target, reason: string): KubeTransportError {
  // The URL of the proxy may carry a password: only its host is told.
  const message = `the proxy ${proxy.host} gave no way to ${host}:${port}: ${reason}`;
  const remedy = 'Check proxy-url, and that the proxy is up, lets us in and reaches the server.';
  return new KubeTransportError('ConnectionFailed', message, { remedy });
}

/** RFC 9110 9.3.6. */
function connectTunnel(proxy: URL, target: Target, timeoutMs: number): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const authority = `${target.host.includes(':') ? `[${target.host}]` : target.host}:${target.port}`;
  const login = credentialsOf(proxy);
  const basic = login && `Basic ${Buffer.from(`${login.user}:${login.password}`).toString('base64')}`;
  const options: RequestOptions = {
    method: 'CONNECT',
    host: bare(proxy.hostname),
    port: proxy.port,
    path: authority,
    headers: { host: authority, ...(basic && { 'proxy-authorization': basic }) },
    agent: false,
    signal: AbortSignal.timeout(timeoutMs),
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
async function socksTunnel(proxy: URL, target: Target, timeoutMs: number): Promise<Socket> {
  const login = credentialsOf(proxy);
  const { socket } = await SocksClient.createConnection({
    command: 'connect',
    proxy: {
      type: 5,
      host: bare(proxy.hostname),
      port: proxy.port === '' ? 1080 : Number(proxy.port),
      ...(login && { userId: login.user, password: login.password }),
    },
    destination: target,
    timeout: timeoutMs,
  });
  return socket;
}

async function openTunnel(proxy: URL, target: Target, timeoutMs: number): Promise<Socket> {
  try {
    const open = proxy.protocol === 'socks5:' ? socksTunnel : connectTunnel;
    return await open(proxy, target, timeoutMs);
  } catch (cause) {
    const reason = (cause as { name?: unknown }).name === 'TimeoutError' ? `no answer in ${timeoutMs / 1000} s` : '';
    throw failed(proxy, target, reason || errorMessage(cause));
  }
}

/**
 * Connects through a proxy. Instead of undici's ProxyAgent and Socks5ProxyAgent (8.12), because the connections of these are
 * neither limited in number nor in the time that they may take, and because the latter cannot do TLS with an IP address.
 */
export function tunnelConnector({ proxyUrl, timeoutMs, tls }: TunnelOptions): buildConnector.connector {
  const proxy = new URL(proxyUrl);
  const handshake = buildConnector({ ...tls, allowH2: false, timeout: timeoutMs });
  return (options, callback) => {
    const secure = options.protocol === 'https:';
    const target = { host: bare(options.hostname), port: Number(options.port) || (secure ? 443 : 80) };
    openTunnel(proxy, target, timeoutMs).then(
      (socket) => (secure ? handshake({ ...options, httpSocket: socket }, callback) : callback(null, socket)),
      (error: unknown) => callback(error as Error, null),
    );
  };
}
