export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Names in lower case. An array is sent as several lines of the same name. */
export type HttpHeaders = Readonly<Record<string, string | readonly string[]>>;

/** PEM. Sources hand out the same object while nothing changed: sockets are bound to it. */
export interface ClientCertificate {
  readonly cert: string;
  readonly key: string;
}

export interface HttpRequest {
  readonly method: Method;
  /** Path and query below the server's root. */
  readonly path: string;
  readonly headers: HttpHeaders;
  readonly body?: string;
  /** Aborts the request and the reading of its response; its reason is what both reject with. */
  readonly signal: AbortSignal;
  /** A response that lasts: it must not take a connection away from calls. */
  readonly streaming?: boolean;
  readonly certificate?: ClientCertificate;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** To be read once. Leaving it early closes the connection. */
  readonly body: AsyncIterable<Buffer>;
  /** Gives up a body that nobody wants, and keeps the connection where it is short. */
  discard(): Promise<void>;
}

/** One step of a request's way to the server; every further step wraps one. */
export interface Transport {
  /** `host:port`, for metrics. */
  readonly host: string;
  /** Resolves when the headers of the response are there. Rejects with `KubeTransportError`, AddressDenied or the signal's reason. */
  send(request: HttpRequest): Promise<HttpResponse>;
  close(): Promise<void>;
}

/** The value of a header that comes once. */
export function headerOf({ headers }: HttpResponse, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}
