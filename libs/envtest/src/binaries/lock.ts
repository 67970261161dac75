import { createHash } from 'node:crypto';
import { abortable } from '@tke/time';
import { connect, createServer, type Server } from 'node:net';

/**
 * Runs `work` while no other process of this machine runs work under the same key. The lock is a socket in Linux'
 * abstract namespace (unix(7)): the kernel gives it to one process and takes it back when that dies, so no lock is
 * ever left behind and waiting needs no polling.
 */
export async function withLock<T>(
  key: string,
  work: () => Promise<T>,
  { onWait, signal }: { readonly onWait: () => void; readonly signal?: AbortSignal | undefined },
): Promise<T> {
  const name = `\0tke-${createHash('sha256').update(key).digest('hex').slice(0, 32)}`;
  let told = false;
  for (;;) {
    signal?.throwIfAborted();
    const lock = await acquire(name);
    if (lock !== undefined) {
      try {
        return await work();
      } finally {
        lock.release();
      }
    }
    if (!told) {
      told = true;
      onWait();
    }
    await released(name, signal);
  }
}

function acquire(name: string): Promise<{ release(): void } | undefined> {
  return new Promise((resolve, reject) => {
    const waiting = new Set<{ destroy(): void }>();
    const server: Server = createServer((socket) => {
      waiting.add(socket);
      socket.on('error', () => undefined).once('close', () => waiting.delete(socket));
    });
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    );
    server.listen(name, () =>
      resolve({
        release: () => {
          server.close();
          waiting.forEach((socket) => socket.destroy());
        },
      }),
    );
  });
}

/** Resolves when the holder lets go: it never writes, so the connection ends only then. */
async function released(name: string, signal: AbortSignal | undefined): Promise<void> {
  const socket = connect(name).resume();
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  await abortable(closed, signal).finally(() => socket.destroy());
}
