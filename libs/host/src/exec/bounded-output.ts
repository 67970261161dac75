/** Keeps the last bytes of a stream: what a command says at the end tells why it failed. */
export class BoundedOutput {
  readonly #limit: number;
  readonly #chunks: Buffer[] = [];
  #size = 0;
  #truncated = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  append(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    for (let first = this.#chunks[0]; first !== undefined && this.#size > this.#limit; first = this.#chunks[0]) {
      this.#truncated = true;
      const excess = this.#size - this.#limit;
      if (first.length > excess) {
        this.#chunks[0] = first.subarray(excess);
        this.#size -= excess;
      } else {
        this.#chunks.shift();
        this.#size -= first.length;
      }
    }
  }

  /** Whether bytes at the beginning are missing. */
  get truncated(): boolean {
    return this.#truncated;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks, this.#size);
  }
}
