import { discardLogger } from '@tke/log';
import type { CertificateAndKey } from '@tke/pki';
import { FakeClock } from '@tke/time';

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

/** With a `FakeClock` what `stop` waits for is for the test to let pass; at the end of its scope the server stops all the same. */
export async function runServer(options: Partial<HttpsServerOptions>): Promise<RunningServer> {
  sharedCa ??= makeCa();
  const ca = await sharedCa;
  const limits = { lameDuckMs: 0, ...options.limits };
  const server = new HttpsServer({
    name: 'test',
    address: { host: '127.0.0.1', port: 0 },
    certificates: options.certificates ?? heldPair(await makeServerPair(ca)),
    routes: [],
    logger: discardLogger,
    ...options,
    limits,
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
    [Symbol.asyncDispose]: async () => {
      const stopped = stop();
      if (options.clock instanceof FakeClock) {
        await options.clock.advance(limits.lameDuckMs);
      }
      await stopped;
    },
  };
}
