import { Agent, ProxyAgent, type Dispatcher } from 'undici';

import type { ClientCertificate } from './transport.ts';

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
}

const connectTimeoutMs = 10_000;
// kube-apiserver closes connections that were idle for 90 s: close them first, or a request meets the closing.
const keepAliveMs = 60_000;
const maxConnectionsForCalls = 32;

function open(settings: ConnectionSettings, connections: number | null): Dispatcher {
  const tls = {
    rejectUnauthorized: !settings.insecureSkipVerify,
    ...(settings.ca === undefined ? {} : { ca: settings.ca }),
    ...(settings.serverName === undefined ? {} : { servername: settings.serverName }),
    ...settings.certificate,
  };
  const options = {
    connections,
    allowH2: false,
    connectTimeout: connectTimeoutMs,
    keepAliveTimeout: keepAliveMs,
    // Callers bring their own deadlines; two clocks for one wait would be one too many.
    headersTimeout: 0,
    bodyTimeout: 0,
  };
  return settings.proxyUrl === undefined
    ? new Agent({ ...options, connect: tls })
    : new ProxyAgent({ ...options, uri: settings.proxyUrl, requestTls: { ...tls, allowH2: false } });
}

/** The sockets of one server and one identity. Watches have their own, so that they cannot use up those of calls. */
export class Connections {
  readonly settings: ConnectionSettings;
  readonly #calls: Dispatcher;
  readonly #watches: Dispatcher;

  constructor(settings: ConnectionSettings) {
    this.settings = settings;
    this.#calls = open(settings, maxConnectionsForCalls);
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
