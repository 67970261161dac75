import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';

/** A SOCKS5 proxy (RFC 1928, login by RFC 1929) for addresses of IPv4 and names. */
export async function startSocksServer(login?: { readonly user: string; readonly password: string }) {
  const sockets = new Set<Socket>();
  let carried = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    serve(socket, login, () => (carried += 1)).catch(() => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    /** Connections made for clients. */
    carried: () => carried,
    stop: async () => {
      sockets.forEach((socket) => socket.destroy());
      server.close();
      await once(server, 'close');
    },
  };
}

async function serve(
  socket: Socket,
  login: { readonly user: string; readonly password: string } | undefined,
  onCarry: () => void,
): Promise<void> {
  const greeting = await packet(socket);
  const method = login === undefined ? 0 : 2;
  socket.write(Buffer.from([5, greeting.subarray(2).includes(method) ? method : 255]));
  if (login !== undefined) {
    const given = await packet(socket);
    const user = given.toString('utf8', 2, 2 + given[1]!);
    const password = given.toString('utf8', 3 + given[1]!);
    const right = user === login.user && password === login.password;
    socket.write(Buffer.from([1, right ? 0 : 1]));
    if (!right) {
      return;
    }
  }
  const request = await packet(socket);
  const isName = request[3] === 3;
  const host = isName ? request.toString('utf8', 5, 5 + request[4]!) : request.subarray(4, 8).join('.');
  const onward = createConnection({ host, port: request.readUInt16BE(request.length - 2) });
  onward.on('error', () => socket.end(Buffer.from([5, 5, 0, 1, 0, 0, 0, 0, 0, 0])));
  await once(onward, 'connect');
  onCarry();
  socket.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
  socket.pipe(onward).pipe(socket);
}

async function packet(socket: Socket): Promise<Buffer> {
  const [data] = (await once(socket, 'data')) as [Buffer];
  return data;
}
