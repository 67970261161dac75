import { once } from 'node:events';
import { createConnection, createServer, type AddressInfo } from 'node:net';

/** A port of 127.0.0.1 that refuses connections. It is the near end of one, so that nobody else can take it meanwhile. */
export async function holdClosedPort(): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const held = createConnection((server.address() as AddressInfo).port, '127.0.0.1');
  await once(held, 'connect');
  const release = async () => {
    held.destroy();
    server.close();
    await once(server, 'close');
  };
  return { port: held.localPort ?? 0, [Symbol.asyncDispose]: release };
}
