import type { IncomingMessage } from 'node:http';

import { RequestProblem } from './request-problem.ts';

/** The caller has closed the connection: nobody is left to answer. */
export class CallerGone extends Error {
  override readonly name = 'CallerGone';
}

/**
 * Bodies this small always find room. Without it, a few callers that send large bodies slowly would use up the
 * budget and shut out everybody's ordinary reviews of a few kilobytes.
 */
const alwaysAdmittedBytes = 64 * 1024;

/** Bounds the memory that the bodies of all callers hold together. */
export class BodyBudget {
  readonly #maxBytes: number;
  #used = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Room for one body; `[Symbol.dispose]` gives it back. */
  reserve(): BodyReservation {
    let held = 0;
    return {
      grow: (bytes, total) => {
        if (total > alwaysAdmittedBytes && this.#used + bytes > this.#maxBytes) {
          return false;
        }
        held += bytes;
        this.#used += bytes;
        return true;
      },
      [Symbol.dispose]: () => {
        this.#used -= held;
        held = 0;
      },
    };
  }
}

export interface BodyReservation extends Disposable {
  /** False when `bytes` more, making `total`, do not fit. */
  grow(bytes: number, total: number): boolean;
}

/** Checks what headers tell about the body before any of it is read. Throws `RequestProblem`. */
export function checkBodyHeaders({ headers }: IncomingMessage, maxBytes: number): void {
  const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== 'application/json') {
    throw new RequestProblem('UnsupportedMediaType', `Content-Type is ${JSON.stringify(type ?? '')}`, {
      remedy: 'Send Content-Type: application/json.',
    });
  }
  // A compressed body is small on the wire and any size in memory.
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw new RequestProblem('UnsupportedMediaType', `Content-Encoding is ${JSON.stringify(encoding)}`, {
      remedy: 'Send the body without compression.',
    });
  }
  if (Number(headers['content-length'] ?? 0) > maxBytes) {
    throw tooLarge(maxBytes);
  }
}

/** Reads a body, counting as it comes. Rejects with `RequestProblem` (413, 429) or `CallerGone`. */
export function readBody(request: IncomingMessage, maxBytes: number, reservation: BodyReservation): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = (finish: () => void) => {
      request.off('data', onData).off('end', onEnd).off('close', onGone).off('error', onGone);
      finish();
    };
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) {
        settle(() => reject(tooLarge(maxBytes)));
      } else if (!reservation.grow(chunk.length, size)) {
        settle(() => reject(overloaded()));
      } else {
        chunks.push(chunk);
      }
    };
    const onEnd = () => settle(() => resolve(Buffer.concat(chunks, size)));
    const onGone = () => settle(() => reject(new CallerGone('connection closed before the body was complete')));
    request.on('data', onData).on('end', onEnd).on('close', onGone).on('error', onGone);
  });
}

function tooLarge(maxBytes: number): RequestProblem {
  return new RequestProblem('RequestEntityTooLarge', `the body is longer than ${maxBytes} bytes`, {
    remedy: 'Send a smaller object.',
  });
}

function overloaded(): RequestProblem {
  return new RequestProblem('TooManyRequests', 'too many large bodies are being received', {
    remedy: 'Send it again in a moment.',
  });
}
