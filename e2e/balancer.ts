import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * What a Service is to kube-apiserver: each connection goes to the next endpoint that takes it. A connection that is
 * open stays where it is.
 */
export class Balancer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #endpoints: readonly number[];
  #next = 0;

  private constructor(endpoints: readonly number[]) {
    this.#endpoints = endpoints;
    this.#server = createServer((inbound) => this.#pass(inbound, this.#endpoints.length));
  }

  /** @param port of the loopback. */
  static async listen(port: number, endpoints: readonly number[]): Promise<Balancer> {
    const balancer = new Balancer(endpoints);
    balancer.#server.listen(port, '127.0.0.1');
    await once(balancer.#server, 'listening');
    return balancer;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#sockets.forEach((socket) => socket.destroy());
    await once(this.#server, 'close');
  }

  #pass(inbound: Socket, tries: number): void {
    const endpoint = this.#endpoints[this.#next % this.#endpoints.length] ?? 0;
    this.#next += 1;
    this.#keep(inbound);
    const outbound = connect(endpoint, '127.0.0.1');
    outbound.once('error', () => (tries > 1 ? this.#pass(inbound, tries - 1) : inbound.resetAndDestroy()));
    outbound.once('connect', () => {
      outbound.removeAllListeners('error');
      this.#keep(outbound);
      inbound.pipe(outbound).pipe(inbound);
      inbound.once('close', () => outbound.destroy());
      outbound.once('close', () => inbound.destroy());
    });
  }

  #keep(socket: Socket): void {
    if (!this.#sockets.has(socket)) {
      this.#sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.once('close', () => this.#sockets.delete(socket));
    }
  }
}
