import { createServer as createHttpServer, type Server } from 'node:http';
import { connect, createServer, type AddressInfo, type Server as TcpServer, type Socket } from 'node:net';

export interface TestProxy extends AsyncDisposable {
  readonly port: number;
  /** Whom it was asked for, and by whom: `host:port user:password`. */
  readonly asked: string[];
  /** Tunnels open now. */
  readonly open: ReadonlySet<Socket>;
}

function join(client: Socket, upstream: Socket): void {
  upstream.pipe(client).pipe(upstream);
  upstream.on('error', () => client.destroy());
  client.on('error', () => upstream.destroy());
  upstream.on('close', () => client.destroy());
  client.on('close', () => upstream.destroy());
}

async function listening(server: Server | TcpServer, asked: string[], open: Set<Socket>): Promise<TestProxy> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const stop = () => {
    sockets.forEach((socket) => socket.destroy());
    return new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return { port, asked, open, [Symbol.asyncDispose]: stop };
}

function opened(open: Set<Socket>, socket: Socket): void {
  open.add(socket);
  socket.on('close', () => open.delete(socket));
}

/** An HTTP proxy that tunnels, over IPv4 as the servers of the tests listen; with `login`, only for `user:password`. */
export function connectProxy(login?: string): Promise<TestProxy> {
  const asked: string[] = [];
  const open = new Set<Socket>();
  const proxy = createHttpServer();
  proxy.on('connect', (request, socket: Socket, head: Buffer) => {
    const basic = /^Basic (.*)$/.exec(request.headers['proxy-authorization'] ?? '')?.[1] ?? '';
    const given = Buffer.from(basic, 'base64').toString();
    asked.push(`${request.url ?? ''} ${given}`.trim());
    if (login !== undefined && given !== login) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      return;
    }
    const target = new URL(`http://${request.url ?? ''}`);
    const upstream = connect({ host: target.hostname, port: Number(target.port), family: 4 }, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.write(head);
      opened(open, socket);
      join(socket, upstream);
    });
    upstream.on('error', () => socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
  });
  return listening(proxy, asked, open);
}

/** A SOCKS5 proxy (RFC 1928) to servers on IPv4; with `login`, only for `user:password` (RFC 1929). */
export function socksProxy(login?: string): Promise<TestProxy> {
  const asked: string[] = [];
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    void serveSocks(socket, login, asked, open).catch(() => socket.destroy());
  });
  return listening(server, asked, open);
}

async function serveSocks(socket: Socket, login: string | undefined, asked: string[], open: Set<Socket>) {
  const next = () => new Promise<Buffer>((resolve) => socket.once('data', resolve));
  const greeting = await next();
  const method = login === undefined ? 0 : 2;
  socket.write(Buffer.from([5, greeting.subarray(2).includes(method) ? method : 255]));
  let given = '';
  if (method === 2) {
    const message = await next();
    const userEnd = 2 + message[1]!;
    given = `${message.toString('utf8', 2, userEnd)}:${message.toString('utf8', userEnd + 1)}`;
    socket.write(Buffer.from([1, given === login ? 0 : 1]));
  }
  const request = await next();
  const name = request[3] === 3;
  const host = name ? request.toString('utf8', 5, 5 + request[4]!) : request.subarray(4, 8).join('.');
  const port = request.readUInt16BE(request.length - 2);
  asked.push(`${host}:${port} ${given}`.trim());
  const upstream = connect({ host, port, family: 4 }, () => {
    socket.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
    opened(open, socket);
    join(socket, upstream);
  });
  upstream.on('error', () => socket.end(Buffer.from([5, 5, 0, 1, 0, 0, 0, 0, 0, 0])));
}

/** Accepts connections, reads what comes and never says a word. */
export function blackHole(): Promise<TestProxy> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    socket.resume();
    socket.on('error', () => undefined);
    opened(open, socket);
  });
  return listening(server, [], open);
}
