import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:net';

import ssh2, { type Connection, type ServerChannel } from 'ssh2';

import { Secret } from '../secret.ts';
import type { HostTarget } from '../ssh/target.ts';
import { parseHostKeyPin } from '../ssh/host-key.ts';

export interface ScriptedCommand {
  readonly command: string;
  readonly channel: ServerChannel;
  /** Under the connection, to break it. */
  readonly socket: Socket;
}

const { Server, utils } = ssh2;

/** An SSH server that fails in ways sshd does not. Any password is right. So many sessions of a connection are refused at first. */
export async function startScriptedServer(onCommand: (command: ScriptedCommand) => void, refusals = 0) {
  // ECDSA, because ssh2 1.17 writes one in 250 of its ed25519 keys so that nobody can read them.
  const key = utils.generateKeyPairSync('ecdsa', { bits: 256 });
  const sockets = new Set<Socket>();
  // The server of ssh2 hides its sockets, so it gets its connections from one that does not.
  const inner = new Server({ hostKeys: [key.private] }, () => undefined);
  inner.on('error', () => undefined);
  const outer = createServer((socket) => {
    sockets.add(socket);
    inner.once('connection', (client) => serve(client, { socket, onCommand, refusals }));
    inner.injectSocket(socket);
  });
  outer.listen(0, '127.0.0.1');
  await once(outer, 'listening');
  const target: HostTarget = {
    address: '127.0.0.1',
    port: (outer.address() as AddressInfo).port,
    user: 'root',
    credentials: { password: new Secret('password-of-root') },
    hostKeys: { kind: 'pinned', pins: [parseHostKeyPin(key.public)] },
  };
  const stop = async () => {
    sockets.forEach((socket) => socket.destroy());
    outer.close();
    await once(outer, 'close');
  };
  return { target, stop };
}

interface Service {
  readonly socket: Socket;
  readonly onCommand: (command: ScriptedCommand) => void;
  readonly refusals: number;
}

function serve(client: Connection, { socket, onCommand, refusals }: Service): void {
  let refused = 0;
  client.on('error', () => undefined);
  client.on('authentication', (context) => context.accept());
  client.on('session', (accept, reject) => {
    if (refused < refusals) {
      refused += 1;
      reject();
      return;
    }
    accept().on('exec', (acceptExec, _reject, { command }) => {
      const channel = acceptExec();
      channel.on('error', () => undefined);
      onCommand({ command, channel, socket });
    });
  });
}

/** What the wrapper says when the command starts. */
export function startCommand({ command, channel }: ScriptedCommand): void {
  const nonce = /tke ([0-9a-f]{24}) /.exec(command)?.[1] ?? '';
  channel.write(`${nonce} 1\n`);
  channel.stderr.write(`${nonce} 1\n`);
}

/** It begins, says nothing and succeeds. */
export function endCommand(command: ScriptedCommand): void {
  startCommand(command);
  command.channel.exit(0);
  command.channel.close();
}
