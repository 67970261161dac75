import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';

/** Counts who connects, and hangs up at once. */
export class CountingServer implements AsyncDisposable {
  connections = 0;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((socket) => {
      this.connections += 1;
      socket.on('error', () => undefined);
      socket.destroy();
    });
  }

  /** At a free port of every address of this machine, of both families. */
  static async start(): Promise<CountingServer> {
    const counting = new CountingServer();
    counting.#server.listen(0);
    await once(counting.#server, 'listening');
    return counting;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }
}
