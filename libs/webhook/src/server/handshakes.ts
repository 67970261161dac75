import type { Socket } from 'node:net';

/** Counts, by remote address, the TLS handshakes that have begun and not ended: who makes them is not known yet. */
export class Handshakes {
  readonly #most: number;
  readonly #byAddress = new Map<string, number>();
  readonly #pending = new Map<string, () => void>();

  constructor(most: number) {
    this.#most = most;
  }

  /** False when the address has too many already. */
  begin(socket: Socket): boolean {
    const address = socket.remoteAddress ?? '';
    const count = (this.#byAddress.get(address) ?? 0) + 1;
    if (count > this.#most) {
      return false;
    }
    this.#byAddress.set(address, count);
    const key = endsOf(socket);
    this.#pending.set(key, () => {
      this.#pending.delete(key);
      this.#leave(address);
    });
    socket.once('close', () => this.#pending.get(key)?.());
    return true;
  }

  /** Takes the TCP socket or the TLS socket above it. */
  end(socket: Socket): void {
    this.#pending.get(endsOf(socket))?.();
  }

  #leave(address: string): void {
    const left = (this.#byAddress.get(address) ?? 1) - 1;
    if (left === 0) {
      this.#byAddress.delete(address);
    } else {
      this.#byAddress.set(address, left);
    }
  }
}

function endsOf({ remoteAddress = '', remotePort = 0 }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
