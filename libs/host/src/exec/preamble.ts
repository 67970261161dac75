export type PreambleEvent =
  | { readonly kind: 'prompt' }
  /** The command runs: its process group, and what of the chunk is the command's own. */
  | { readonly kind: 'started'; readonly group: number; readonly rest: Buffer };

/** sudo's lectures and warnings are short; what is longer is not sudo. */
const longest = 64 * 1024;

/**
 * Reads standard error until the wrapper says that the command starts: `<nonce> <process group>` on a line of its own.
 * Before that, `<nonce>?` is sudo asking for the password. The nonce makes both impossible to confuse with other text.
 */
export class Preamble {
  readonly #nonce: string;
  #seen = '';

  constructor(nonce: string) {
    this.#nonce = nonce;
  }

  /** What sudo or the login shell said. */
  get text(): string {
    return Buffer.from(this.#seen, 'latin1').toString('utf8').replaceAll(`${this.#nonce}?`, '').trim();
  }

  feed(chunk: Buffer): readonly PreambleEvent[] {
    const before = prompts(this.#seen, this.#nonce);
    this.#seen = (this.#seen + chunk.toString('latin1')).slice(-longest);
    const at = this.#seen.indexOf(`${this.#nonce} `);
    const end = at < 0 ? -1 : this.#seen.indexOf('\n', at);
    const asked = Array.from(
      { length: prompts(this.#seen, this.#nonce) - before },
      () => ({ kind: 'prompt' }) as const,
    );
    if (end < 0) {
      return asked;
    }
    const group = Number(this.#seen.slice(at + this.#nonce.length + 1, end));
    const rest = Buffer.from(this.#seen.slice(end + 1), 'latin1');
    this.#seen = this.#seen.slice(0, at);
    return [...asked, { kind: 'started', group, rest }];
  }
}

function prompts(text: string, nonce: string): number {
  return text.split(`${nonce}?`).length - 1;
}
