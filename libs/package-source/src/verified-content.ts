import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';

import { errors } from './errors.ts';
import type { IndexedFile } from './package-index.ts';

/**
 * Passes a file's content on, the last part of it only when size and digest are right. Rejects with PackageDamaged:
 * what has been passed on by then is not the whole file. `where` names the file in the message.
 */
export async function* verifiedContent(
  chunks: AsyncIterable<Uint8Array>,
  { bytes, sha256 }: IndexedFile,
  where: string,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let size = 0;
  let held: Uint8Array | undefined;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > bytes) {
      throw errors.PackageDamaged(`${where} has more than the ${bytes} bytes that its index says`);
    }
    hash.update(chunk);
    if (held !== undefined) {
      yield held;
    }
    held = chunk;
  }
  if (size < bytes) {
    throw errors.PackageDamaged(`${where} has ${size} bytes, its index says ${bytes}`);
  }
  const found = hash.digest('hex');
  if (found !== sha256) {
    throw errors.PackageDamaged(`${where} has SHA-256 ${found}, its index says ${sha256}`);
  }
  if (held !== undefined) {
    yield held;
  }
}

const readBytes = 256 * 1024;

/** A file of this machine, which may have changed since it was verified: then the stream fails, before its end. */
export function openVerified(path: string, file: IndexedFile): Readable {
  const content = async function* () {
    try {
      yield* verifiedContent(createReadStream(path, { highWaterMark: readBytes }), file, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
        throw errors.PackageMissing(`${path} is not there any more`, { cause: error });
      }
      throw error;
    }
  };
  return Readable.from(content(), { objectMode: false });
}
