import { inspect } from 'node:util';

const shown = '[redacted]';

/** Shorter pieces of a longer secret are too common in ordinary output to be worth hiding. */
const shortestPiece = 6;

/** Text or bytes that no log, error, status or command line may show. Whatever prints it prints `[redacted]`. */
export class Secret {
  readonly #bytes: Buffer;

  constructor(value: string | Uint8Array) {
    this.#bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : Buffer.from(value);
  }

  /** The bytes themselves. Hand them to the host and to nothing else. */
  reveal(): Buffer {
    return this.#bytes;
  }

  toString(): string {
    return shown;
  }

  toJSON(): string {
    return shown;
  }

  [inspect.custom](): string {
    return shown;
  }
}

/** Removes secrets from text that people will read: whole, line by line, and in base64 as commands like to echo them. */
export class Redactor {
  readonly #pieces: readonly string[];

  constructor(secrets: readonly Secret[]) {
    const pieces = new Set(secrets.flatMap(piecesOf));
    this.#pieces = [...pieces].sort((a, b) => b.length - a.length);
  }

  redact(text: string): string {
    return this.#pieces.reduce((rest, piece) => rest.replaceAll(piece, shown), text);
  }
}

function piecesOf(secret: Secret): readonly string[] {
  const text = secret.reveal().toString('utf8');
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.length >= shortestPiece);
  const base64 = text.length >= shortestPiece ? [secret.reveal().toString('base64')] : [];
  return [text, text.trim(), ...lines, ...base64].filter((piece) => piece !== '');
}
