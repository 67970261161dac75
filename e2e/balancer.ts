import { once } from 'node:events';
import { get } from 'node:https';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

export interface BalancerOptions {
  /**
   * Asked of each endpoint by HTTPS once a second. One that has not answered 200 three times gets no new connections, and
   * those it has are closed: somebody who waits for a host that hangs would wait for long. Default: nothing is asked.
   */
  readonly healthPath?: string;
}

const checkEveryMs = 1000;
const mostMisses = 3;
/** A host that is off does not even refuse. */
const connectTimeoutMs = 2000;
/** Longer than a host that is well takes on a busy machine. */
const checkTimeoutMs = 5000;

export function loopback(port: number): Endpoint {
  return { host: '127.0.0.1', port };
}

/**
 * Passes on TCP, as what stands in front of API servers and webhooks does: each connection goes to the next endpoint that
 * takes it. A connection that is open stays where it is.
 */
export class Balancer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #endpoints: readonly Endpoint[];
  /** Health checks in a row that an endpoint has failed. */
  readonly #misses = new Map<Endpoint, number>();
  readonly #outbound = new Map<Socket, Endpoint>();
  readonly #stopped = new AbortController();
  #next = 0;

  private constructor(endpoints: readonly Endpoint[]) {
    this.#endpoints = endpoints;
    this.#server = createServer((inbound) => this.#pass(inbound, this.#candidates()));
  }

  static async listen(
    { host, port }: Endpoint,
    endpoints: readonly Endpoint[],
    { healthPath }: BalancerOptions = {},
  ): Promise<Balancer> {
    const balancer = new Balancer(endpoints);
    balancer.#server.listen(port, host);
    await once(balancer.#server, 'listening');
    if (healthPath !== undefined) {
      balancer.#checkAll(healthPath);
      const timer = setInterval(() => balancer.#checkAll(healthPath), checkEveryMs);
      balancer.#stopped.signal.addEventListener('abort', () => clearInterval(timer));
    }
    return balancer;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.#stopped.abort();
    this.#server.close();
    this.#sockets.forEach((socket) => socket.destroy());
    await once(this.#server, 'close');
  }

  /** The healthy ones first, beginning with another one each time. */
  #candidates(): readonly Endpoint[] {
    const first = (this.#next += 1) % this.#endpoints.length;
    const turned = [...this.#endpoints.slice(first), ...this.#endpoints.slice(0, first)];
    return turned.toSorted((a, b) => Number(this.#isDown(a)) - Number(this.#isDown(b)));
  }

  #isDown(endpoint: Endpoint): boolean {
    return (this.#misses.get(endpoint) ?? 0) >= mostMisses;
  }

  #pass(inbound: Socket, [endpoint, ...others]: readonly Endpoint[]): void {
    this.#keep(inbound);
    if (endpoint === undefined) {
      inbound.resetAndDestroy();
      return;
    }
    const outbound = connect({ ...endpoint, timeout: connectTimeoutMs });
    const turnAway = () => {
      outbound.destroy();
      this.#pass(inbound, others);
    };
    outbound.once('error', turnAway).once('timeout', turnAway);
    outbound.once('connect', () => {
      outbound.removeAllListeners('error').removeAllListeners('timeout').setTimeout(0);
      this.#keep(outbound);
      this.#outbound.set(outbound, endpoint);
      inbound.pipe(outbound).pipe(inbound);
      inbound.once('close', () => outbound.destroy());
      outbound.once('close', () => {
        this.#outbound.delete(outbound);
        inbound.destroy();
      });
      if (inbound.destroyed) {
        outbound.destroy(); // it has given up meanwhile
      }
    });
  }

  #keep(socket: Socket): void {
    if (!this.#sockets.has(socket)) {
      this.#sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.once('close', () => this.#sockets.delete(socket));
    }
  }

  #checkAll(path: string): void {
    this.#endpoints.forEach((endpoint) => this.#check(endpoint, path));
  }

  #check(endpoint: Endpoint, path: string): void {
    const signal = AbortSignal.any([this.#stopped.signal, AbortSignal.timeout(checkTimeoutMs)]);
    const request = get({ ...endpoint, path, rejectUnauthorized: false, agent: false, signal }, (response) => {
      response.resume();
      this.#checked(endpoint, response.statusCode === 200);
    });
    request.once('error', () => this.#checked(endpoint, false));
  }

  #checked(endpoint: Endpoint, answered: boolean): void {
    this.#misses.set(endpoint, answered ? 0 : (this.#misses.get(endpoint) ?? 0) + 1);
    if (this.#isDown(endpoint)) {
      const cut = [...this.#outbound].filter(([, to]) => to === endpoint);
      cut.forEach(([socket]) => socket.destroy());
    }
  }
}
