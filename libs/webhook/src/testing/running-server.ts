import { discardLogger } from '@tke/log';
import type { CertificateAndKey } from '@tke/pki';

import { HttpsServer, type HttpsServerOptions } from '../server/https-server.ts';

import { heldPair, makeCa, makeServerPair } from './certificates.ts';
import { post, type Answer, type PostOptions } from './https-client.ts';

export interface RunningServer extends AsyncDisposable {
  readonly server: HttpsServer;
  readonly url: string;
  readonly ca: CertificateAndKey;
  /** Posts to a path of it, trusting its CA. */
  post(path: string, options?: PostOptions): Promise<Answer>;
  /** Begins to stop; resolves when it has. */
  stop(): Promise<void>;
}

let sharedCa: Promise<CertificateAndKey> | undefined;

export async function runServer(options: Partial<HttpsServerOptions>): Promise<RunningServer> {
  sharedCa ??= makeCa();
  const ca = await sharedCa;
  const server = new HttpsServer({
    name: 'test',
    address: { host: '127.0.0.1', port: 0 },
    certificates: options.certificates ?? heldPair(await makeServerPair(ca)),
    routes: [],
    logger: discardLogger,
    ...options,
    limits: { lameDuckMs: 0, ...options.limits },
  });
  const abort = new AbortController();
  const ended = server.start(abort.signal);
  await server.listening;
  const { url } = server;
  const stop = () => {
    abort.abort();
    return ended;
  };
  return {
    server,
    url,
    ca,
    post: (path, request = {}) => post(`${url}${path}`, { ca: ca.certPem, ...request }),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
