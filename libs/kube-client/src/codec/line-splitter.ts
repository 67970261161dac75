const lineFeed = 0x0a;

/** Cuts a byte stream into lines. A line feed is never part of a longer UTF-8 sequence, so characters stay whole. */
export class LineSplitter {
  #carried: Buffer[] = [];

  /** How many bytes of a line without an end are there. */
  get pendingBytes(): number {
    return this.#carried.reduce((sum, part) => sum + part.length, 0);
  }

  /** Yields every line that ends within the chunk; empty ones are left out. */
  *split(chunk: Buffer): Generator<string> {
    let from = 0;
    for (let at = chunk.indexOf(lineFeed); at >= 0; at = chunk.indexOf(lineFeed, from)) {
      const line = this.#take(chunk, from, at);
      from = at + 1;
      if (line.length > 0) {
        yield line;
      }
    }
    if (from < chunk.length) {
      this.#carried.push(chunk.subarray(from));
    }
  }

  #take(chunk: Buffer, from: number, to: number): string {
    if (this.#carried.length === 0) {
      return chunk.toString('utf8', from, to);
    }
    const line = Buffer.concat([...this.#carried, chunk.subarray(from, to)]).toString('utf8');
    this.#carried = [];
    return line;
  }
}
