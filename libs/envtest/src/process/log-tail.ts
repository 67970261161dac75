import { open } from 'node:fs/promises';

const tailBytes = 16 * 1024;

/** The last lines of a log, empty when there is none. Reads at most 16 KiB. */
export async function logTail(file: string, lines = 20): Promise<string> {
  try {
    await using handle = await open(file, 'r');
    const { size } = await handle.stat();
    const start = Math.max(0, size - tailBytes);
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(tailBytes), position: start });
    return buffer.toString('utf8', 0, bytesRead).trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '';
  }
}
