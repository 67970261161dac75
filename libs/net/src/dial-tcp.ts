import { createConnection, type Socket } from 'node:net';

import type { AddressGuard } from './address-guard.ts';

export interface Endpoint {
  /** Name or IP address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

export interface DialOptions {
  /** Absent: any address may be connected to. */
  readonly guard: AddressGuard | undefined;
  readonly signal: AbortSignal;
}

/**
 * A connected socket without delay of small packets (TCP_NODELAY). Errors of its later life are for whoever reads and writes it: here
 * they are swallowed, as an error event without a listener ends the process. Rejects with AddressDenied, with what the system says, or
 * with the reason of the signal.
 */
export function dialTcp({ host, port }: Endpoint, { guard, signal }: DialOptions): Promise<Socket> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    guard?.check(host);
    const lookup = guard && { lookup: guard.lookup };
    const socket = createConnection({ host, port, noDelay: true, autoSelectFamily: true, ...lookup });
    const onAbort = () => {
      socket.destroy();
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('connect', () => {
      signal.removeEventListener('abort', onAbort);
      resolve(socket);
    });
    socket.on('error', (error) => {
      signal.removeEventListener('abort', onAbort);
      reject(error);
    });
  });
}
