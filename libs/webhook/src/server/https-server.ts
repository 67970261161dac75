import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import type { SecureContextOptions, TLSSocket } from 'node:tls';

import { errorMessage } from '@tke/errors';
import type { Logger } from '@tke/log';
import { certificateInfo } from '@tke/pki';
import type { Runnable } from '@tke/runtime';
import { systemClock, type Clock } from '@tke/time';

import type { AuthoritySource, CertificatePair, CertificateSource } from '../certificates/source.ts';
import { webhookErrors } from '../errors.ts';

import { Connections } from './connections.ts';
import { createListener, type Listener } from './listener.ts';
import { defaultLimits, type ServerLimits } from './limits.ts';
import type { WebhookMetrics } from './metrics.ts';
import { probeTls } from './probe.ts';
import { RequestHandler } from './request-handler.ts';
import type { Route } from './route.ts';
import { Router } from './router.ts';

export interface HttpsServerOptions {
  readonly name: string;
  /** Port 0 takes a free one. */
  readonly address: { readonly host: string; readonly port: number };
  readonly certificates: CertificateSource;
  /**
   * PEM, or where to follow it. When given, only callers with a certificate of this CA get past the handshake. When it
   * changes, connections made under the one before end with their next answer.
   */
  readonly clientCa?: string | AuthoritySource;
  /** Offers HTTP/2 beside HTTP/1.1. Default false. */
  readonly http2?: boolean;
  readonly routes: readonly Route[];
  readonly logger: Logger;
  readonly clock?: Clock;
  readonly limits?: Partial<ServerLimits>;
  readonly metrics?: WebhookMetrics;
}

/** How often a failed handshake is worth a log line. */
const handshakeLogMs = 60_000;

/** An HTTPS server of JSON routes that outlives bad callers and changes of its certificate. */
export class HttpsServer implements Runnable {
  readonly name: string;
  /** Resolves when connections are accepted; rejects when that can no longer happen. */
  readonly listening: Promise<void>;
  readonly #options: HttpsServerOptions;
  readonly #clock: Clock;
  readonly #limits: ServerLimits;
  readonly #handler: RequestHandler;
  readonly #connections: Connections;
  readonly #listening = Promise.withResolvers<undefined>();
  #server: Listener | undefined;
  #served: CertificatePair | undefined;
  #draining = false;
  #handshakeLoggedAt = -Infinity;

  /** Throws `RouteInvalid`. */
  constructor(options: HttpsServerOptions) {
    this.name = options.name;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#limits = { ...defaultLimits, ...options.limits };
    this.listening = this.#listening.promise.then(() => undefined);
    this.listening.catch(() => undefined); // nobody has to await it
    const { logger, metrics, routes } = options;
    for (const route of routes) {
      metrics?.announce(route.path);
    }
    this.#connections = new Connections({ limits: this.#limits, clock: this.#clock, metrics });
    this.#handler = new RequestHandler({
      router: new Router(routes),
      limits: this.#limits,
      logger,
      clock: this.#clock,
      metrics,
      draining: () => this.#draining,
    });
  }

  /** Throws `NotListening` before `listening` has resolved. */
  get url(): string {
    const { host, port } = this.#address();
    return `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
  }

  /**
   * Serves until the signal aborts, then lets requests in flight end. Waits for the first certificate.
   * Rejects with `ListenFailed` or `CertificateInvalid`.
   */
  async start(signal: AbortSignal): Promise<void> {
    try {
      const pair = await firstPair(this.#options.certificates, signal);
      if (pair === undefined) {
        throw webhookErrors.NotListening(`server ${this.name} was stopped before it had a certificate`);
      }
      this.#server = await this.#listen(pair);
    } catch (error) {
      this.#listening.reject(error);
      if (signal.aborted) {
        return;
      }
      throw error;
    }
    const unsubscribe = this.#follow();
    this.#options.logger.info('Serving', { server: this.name, url: this.url });
    this.#listening.resolve(undefined);
    await aborted(signal);
    await this.#drain(this.#server);
    unsubscribe();
  }

  /** Dials itself. Rejects with `ProbeFailed` unless a handshake shows the certificate that should be served. */
  async probe(signal?: AbortSignal): Promise<void> {
    if (this.#server === undefined || this.#served === undefined) {
      throw webhookErrors.ProbeFailed(`server ${this.name} does not listen yet`);
    }
    const { fingerprint } = certificateInfo(this.#served.certPem);
    await probeTls({ ...this.#address(), fingerprint, timeoutMs: this.#limits.handshakeTimeoutMs, signal });
  }

  async #listen(pair: CertificatePair): Promise<Listener> {
    const { address, clientCa, http2 = false, logger, metrics } = this.#options;
    const server = createListener({
      context: this.#context(pair),
      requestCert: clientCa !== undefined,
      http2,
      limits: this.#limits,
      clock: this.#clock,
      connections: this.#connections,
      metrics,
      serve: (exchange) => this.#handler.serve(exchange),
    });
    server.on('tlsClientError', (error: Error, socket: TLSSocket) => this.#onHandshakeError(error, socket));
    try {
      server.listen(address);
      await once(server, 'listening');
    } catch (error) {
      throw webhookErrors.ListenFailed(`${address.host}:${address.port}: ${errorMessage(error)}`, { cause: error });
    }
    server.on('error', (error: Error) => logger.error('Server failed', { server: this.name, error }));
    this.#took(pair);
    return server;
  }

  #context({ certPem, keyPem }: CertificatePair): SecureContextOptions {
    const { clientCa } = this.#options;
    const ca = typeof clientCa === 'object' ? clientCa.current() : clientCa;
    // No CA at all would mean the machine's own list of authorities.
    return { cert: certPem, key: keyPem, minVersion: 'TLSv1.2', ...(clientCa === undefined ? {} : { ca: ca ?? [] }) };
  }

  /** New handshakes get the new certificate, open connections stay as they are. */
  #renew(pair: CertificatePair): void {
    try {
      this.#server?.setSecureContext(this.#context(pair));
      this.#took(pair);
    } catch (error) {
      this.#options.logger.error('Certificate refused, the one before stays in use', { server: this.name, error });
    }
  }

  #follow(): () => void {
    const { certificates, clientCa } = this.#options;
    const ends = [certificates.subscribe((pair) => this.#renew(pair))];
    if (typeof clientCa === 'object') {
      ends.push(clientCa.subscribe(() => this.#trustAnew()));
    }
    this.#renewMissed();
    return () => ends.forEach((end) => end());
  }

  #trustAnew(): void {
    if (this.#served !== undefined) {
      this.#renew(this.#served);
    }
    this.#connections.outdate();
  }

  /** The pair may have changed while the server was being set up. */
  #renewMissed(): void {
    const pair = this.#options.certificates.current();
    if (pair !== undefined && pair.certPem !== this.#served?.certPem) {
      this.#renew(pair);
    }
  }

  #took(pair: CertificatePair): void {
    this.#served = pair;
    this.#options.metrics?.certificateExpires(this.name, certificateInfo(pair.certPem).notAfter);
  }

  /**
   * The apiserver goes on using open connections of a pod that is no longer an endpoint (kubernetes/kubernetes#127335),
   * so each is closed by an answer of its own before the rest is.
   */
  async #drain(server: Listener): Promise<void> {
    this.#draining = true;
    await this.#clock.sleep(this.#limits.lameDuckMs);
    // A process that stood still meanwhile has requests to read yet, on connections that look idle.
    await setImmediate();
    const closed = once(server, 'close');
    server.close();
    const timer = this.#clock.setTimer(this.#limits.drainTimeoutMs, () => {
      this.#options.logger.warn('Cutting connections that did not end', {
        server: this.name,
        count: this.#connections.size,
      });
      this.#connections.cut();
    });
    await closed;
    timer.cancel();
    this.#server = undefined;
    this.#options.logger.info('Stopped', { server: this.name });
  }

  /** A wrong client CA must show in the log; a port scanner must not fill it. */
  #onHandshakeError(error: Error, socket: TLSSocket): void {
    const now = this.#clock.monotonic();
    if (now - this.#handshakeLoggedAt >= handshakeLogMs) {
      this.#handshakeLoggedAt = now;
      const { remoteAddress } = socket;
      this.#options.logger.warn('TLS handshake failed', { server: this.name, remoteAddress, error: error.message });
    }
  }

  #address(): { host: string; port: number } {
    const address = this.#server?.address() as AddressInfo | null | undefined;
    if (!address) {
      throw webhookErrors.NotListening(`server ${this.name} does not listen`);
    }
    return { host: address.address, port: address.port };
  }
}

async function firstPair(source: CertificateSource, signal: AbortSignal): Promise<CertificatePair | undefined> {
  const { promise, resolve } = Promise.withResolvers<CertificatePair | undefined>();
  const unsubscribe = source.subscribe(resolve);
  const onAbort = () => resolve(undefined);
  signal.addEventListener('abort', onAbort);
  const known = source.current();
  if (known !== undefined || signal.aborted) {
    resolve(known);
  }
  const pair = await promise;
  unsubscribe();
  signal.removeEventListener('abort', onAbort);
  return signal.aborted ? undefined : pair;
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) {
    await once(signal, 'abort');
  }
}
