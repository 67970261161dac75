import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A network between members and a server that a test can make silent: bytes vanish, connections stay. */
export class Network implements AsyncDisposable {
  readonly #target: number;
  readonly #servers: Server[] = [];
  readonly #silent = new Set<number>();
  /** Connections by the port they came in at. */
  readonly open = new Map<Socket, number>();

  constructor(target: number) {
    this.#target = target;
  }

  /** One more way in, as if to a server of its own. Returns its port. */
  async port(): Promise<number> {
    const server = createServer((near) => {
      const far = connect(this.#target, '127.0.0.1');
      this.open.set(near, port);
      const end = () => {
        this.open.delete(near);
        near.destroy();
        far.destroy();
      };
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        from.on('data', (bytes) => this.#silent.has(port) || to.write(bytes));
        from.on('close', end);
        from.on('error', end);
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    this.#servers.push(server);
    return port;
  }

  /** Nothing passes any more, in either direction; connections are still accepted. */
  silence(port: number): void {
    this.#silent.add(port);
  }

  /** New connections pass again; what was lost in the old ones stays lost. */
  heal(port: number): void {
    this.#silent.delete(port);
    for (const [socket, at] of this.open) {
      if (at === port) {
        socket.destroy();
      }
    }
  }

  connectionsAt(port: number): number {
    return [...this.open.values()].filter((at) => at === port).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    [...this.open.keys()].forEach((socket) => socket.destroy());
    await Promise.all(this.#servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))));
  }
}
