import type { Readable } from 'node:stream';

import { errorMessage } from '@tke/errors';

import { errors } from './errors.ts';
import { indexFileName, type IndexedFile, type PackageIndex } from './package-index.ts';
import { parseIndex } from './parse-index.ts';

/** Where an index and its files lie. */
export interface PackageStore {
  /** Folder or URL, for messages. */
  readonly location: string;
  /** Rejects with PackageIndexInvalid or PackageSourceUnreachable. */
  index(signal: AbortSignal): Promise<PackageIndex>;
  /** Opens the file, which has been verified. Rejects with PackageMissing, PackageDamaged or PackageSourceUnreachable. */
  obtain(file: IndexedFile, signal: AbortSignal): Promise<() => Readable>;
}

/** A hundred times what three versions for two architectures need. */
const longestIndexBytes = 4 * 1024 * 1024;

/** Rejects with PackageIndexInvalid, and with what the chunks reject with. */
export async function readIndex(chunks: AsyncIterable<Uint8Array>, location: string): Promise<PackageIndex> {
  const read: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > longestIndexBytes) {
      throw errors.PackageIndexInvalid(`${indexFileName} of ${location} has more than ${longestIndexBytes} bytes`);
    }
    read.push(chunk);
  }
  try {
    return parseIndex(Buffer.concat(read).toString('utf8'));
  } catch (cause) {
    throw errors.PackageIndexInvalid(`${indexFileName} of ${location}: ${errorMessage(cause)}`, { cause });
  }
}
