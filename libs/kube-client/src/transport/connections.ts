import type { AddressGuard } from '@tke/net';
import { Agent, type buildConnector, type Dispatcher } from 'undici';

import { directConnector } from './direct.ts';
import type { ClientCertificate } from './transport.ts';
import { tunnelConnector } from './tunnel.ts';

/** How to reach and trust a server; a connection is bound to all of it. */
export interface ConnectionSettings {
  /** PEM. Absent: the CAs of Node.js. */
  readonly ca: string | undefined;
  readonly certificate: ClientCertificate | undefined;
  /** Name to expect in the certificate, where it is not the host's. */
  readonly serverName: string | undefined;
  readonly insecureSkipVerify: boolean;
  /** `http`, `https` or `socks5`. */
  readonly proxyUrl: string | undefined;
  /** Of the first hop: the proxy where there is one. Absent: any address may be connected to. */
  readonly guard?: AddressGuard | undefined;
  /** For TCP and TLS together; with a proxy, for its part and for TLS each. Default 10,000 ms. */
  readonly connectTimeoutMs?: number | undefined;
  /** Of calls; watches come on top, one each. Default 32. */
  readonly maxConnections?: number | undefined;
}

const defaultConnectTimeoutMs = 10_000;
// kube-apiserver closes connections that were idle for 90 s: close them first, or a request meets the closing.
const keepAliveMs = 60_000;
const defaultMaxConnections = 32;

function connectorOf(settings: ConnectionSettings): buildConnector.connector {
  const { proxyUrl, guard, connectTimeoutMs: timeoutMs = defaultConnectTimeoutMs } = settings;
  const tls = {
    rejectUnauthorized: !settings.insecureSkipVerify,
    ...(settings.ca === undefined ? {} : { ca: settings.ca }),
    ...(settings.serverName === undefined ? {} : { servername: settings.serverName }),
    ...settings.certificate,
  };
  return proxyUrl === undefined
    ? directConnector({ guard, timeoutMs, tls })
    : tunnelConnector({ proxyUrl, guard, timeoutMs, tls });
}

function open(settings: ConnectionSettings, connections: number | null): Dispatcher {
  return new Agent({
    connections,
    allowH2: false,
    keepAliveTimeout: keepAliveMs,
    // Callers bring their own deadlines; two clocks for one wait would be one too many.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: connectorOf(settings),
  });
}

/** The sockets of one server and one identity. Watches have their own, so that they cannot use up those of calls. */
export class Connections {
  readonly settings: ConnectionSettings;
  readonly #calls: Dispatcher;
  readonly #watches: Dispatcher;

  constructor(settings: ConnectionSettings) {
    this.settings = settings;
    this.#calls = open(settings, settings.maxConnections ?? defaultMaxConnections);
    this.#watches = open(settings, null);
  }

  dispatcher(streaming: boolean): Dispatcher {
    return streaming ? this.#watches : this.#calls;
  }

  /** Resolves when what is in flight has ended by itself. */
  async retire(): Promise<void> {
    await Promise.all([this.#calls.close(), this.#watches.close()]);
  }

  async destroy(): Promise<void> {
    await Promise.all([this.#calls.destroy(), this.#watches.destroy()]);
  }
}
