import type { IncomingHttpHeaders } from 'node:http';

import type { Clock } from '@tke/time';

import type { Exchange } from './exchange.ts';
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
    return new BodyReservation(this);
  }

  /** False when `bytes` more, making `total` of one body, do not fit. */
  take(bytes: number, total: number): boolean {
    if (total > alwaysAdmittedBytes && this.#used + bytes > this.#maxBytes) {
      return false;
    }
    this.#used += bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.#used -= bytes;
  }
}

export class BodyReservation implements Disposable {
  readonly #budget: BodyBudget;
  #held = 0;

  constructor(budget: BodyBudget) {
    this.#budget = budget;
  }

  /** False when so many more bytes do not fit. */
  grow(bytes: number): boolean {
    const fits = this.#budget.take(bytes, this.#held + bytes);
    this.#held += fits ? bytes : 0;
    return fits;
  }

  [Symbol.dispose](): void {
    this.#budget.giveBack(this.#held);
    this.#held = 0;
  }
}

const json = 'application/json';

/** Checks what headers tell about the body before any of it is read. Throws `RequestProblem`. */
export function checkBodyHeaders(headers: IncomingHttpHeaders, maxBytes: number): void {
  const declared = headers['content-type'];
  const type = declared === json ? json : declared?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== json) {
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

export interface BodyBounds {
  readonly maxBytes: number;
  readonly reservation: BodyReservation;
  readonly clock: Clock;
}

/** Reads a body, counting as it comes. Rejects with `RequestProblem` (408, 413, 429) or `CallerGone`. */
export function readBody(exchange: Exchange, { maxBytes, reservation, clock }: BodyBounds): Promise<Buffer> {
  const { body, bodyTimeoutMs } = exchange;
  if (body.destroyed) {
    return Promise.reject(new CallerGone('connection closed before the body was read'));
  }
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = (finish: () => void) => {
      timer?.cancel();
      body.off('data', onData).off('end', onEnd).off('close', onGone).off('error', onGone);
      finish();
    };
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) {
        settle(() => reject(tooLarge(maxBytes)));
      } else if (!reservation.grow(chunk.length)) {
        settle(() => reject(overloaded()));
      } else {
        chunks.push(chunk);
      }
    };
    const onGone = () => settle(() => reject(new CallerGone('connection closed before the body was complete')));
    const onEnd = () => (exchange.complete ? settle(() => resolve(joined(chunks, size))) : onGone());
    const onLate = () => settle(() => reject(tooSlow()));
    const timer = bodyTimeoutMs === undefined ? undefined : clock.setTimer(bodyTimeoutMs, onLate);
    body.on('data', onData).on('end', onEnd).on('close', onGone).on('error', onGone);
  });
}

function joined(chunks: readonly Buffer[], size: number): Buffer {
  const [first] = chunks;
  return chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks, size);
}

function tooSlow(): RequestProblem {
  return new RequestProblem('RequestTimeout', 'the request did not arrive in time', {
    remedy: 'Send it without pauses.',
    limit: 'slowBody',
  });
}

function tooLarge(maxBytes: number): RequestProblem {
  return new RequestProblem('RequestEntityTooLarge', `the body is longer than ${maxBytes} bytes`, {
    remedy: 'Send a smaller object.',
    limit: 'bodySize',
  });
}

function overloaded(): RequestProblem {
  return new RequestProblem('TooManyRequests', 'too many large bodies are being received', {
    remedy: 'Send it again in a moment.',
    limit: 'bodyMemory',
  });
}
