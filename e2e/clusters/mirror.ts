import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, normalize } from 'node:path';
import { pipeline } from 'node:stream/promises';

/**
 * What a mirror does wrong with a file: it has not got it; it has the first half of it; or its connection breaks in the
 * middle.
 */
export type MirrorFault = 'missing' | 'truncated' | 'cut';

/** A web server with a folder of packages, which can be spoiled file by file. */
export class Mirror {
  readonly url: string;
  readonly #server: Server;
  readonly #faults: Map<string, MirrorFault>;

  private constructor(server: Server, faults: Map<string, MirrorFault>) {
    this.#server = server;
    this.#faults = faults;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }

  static async start(folder: string): Promise<Mirror> {
    const faults = new Map<string, MirrorFault>();
    const server = createServer((request, response) => {
      const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://mirror').pathname));
      // A client that has seen enough closes its connection: the rest of the file is nobody's.
      serve(join(folder, path), faults.get(path.slice(1)), response).catch(() => response.destroy());
    });
    server.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    return new Mirror(server, faults);
  }

  /** `path` as index.json names it. */
  spoil(path: string, fault: MirrorFault): void {
    this.#faults.set(path, fault);
  }

  mend(): void {
    this.#faults.clear();
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

async function serve(file: string, fault: MirrorFault | undefined, response: ServerResponse): Promise<void> {
  const size = await stat(file).then(
    (found) => (found.isFile() ? found.size : undefined),
    () => undefined,
  );
  if (fault === 'missing' || size === undefined) {
    response.writeHead(404).end();
    return;
  }
  const sent = fault === undefined ? size : Math.floor(size / 2);
  response.writeHead(200, { 'content-length': fault === 'cut' ? size : sent });
  await pipeline(createReadStream(file, { end: sent - 1 }), response, { end: fault !== 'cut' });
  if (fault === 'cut') {
    response.destroy();
  }
}
