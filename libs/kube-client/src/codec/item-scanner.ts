const quote = 0x22;
const comma = 0x2c;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const space = 0x20;

const itemsKey = /[{,]\s*"items"\s*:\s*$/;
const nowhere = -1;

function mayStandBetweenItems(byte: number): boolean {
  return byte === openBrace || byte === comma || byte === closeBracket || byte <= space;
}

function isOpening(byte: number): boolean {
  return byte === openBrace || byte === openBracket;
}

function isClosing(byte: number): boolean {
  return byte === closeBrace || byte === closeBracket;
}

/**
 * Cuts the text of a list object into the text of its items and the rest, as bytes arrive. All it looks for are quotes
 * and brackets; these are ASCII, and no byte of a longer UTF-8 sequence is.
 */
export class ItemScanner {
  #depth = 0;
  #inString = false;
  #escaped = false;
  #inItems = false;
  /** Where in the chunk the part begins that was not handed out yet; nowhere between two items. */
  #from = 0;
  /** What of that part came with earlier chunks. */
  #carried: Buffer[] = [];
  #envelope = '';

  /** The list without its items, once all chunks were scanned. Not JSON if the list was not complete. */
  get envelope(): string {
    return this.#envelope + Buffer.concat(this.#carried).toString('utf8');
  }

  /** Yields the text of every item that ends within the chunk. Throws a SyntaxError when an item is not an object. */
  *scan(chunk: Buffer): Generator<string> {
    this.#from = Math.min(this.#from, 0);
    for (let at = 0; at < chunk.length; at++) {
      if (this.#inString) {
        at = this.#endOfString(chunk, at);
        continue;
      }
      const byte = chunk[at] ?? 0;
      if (this.#from === nowhere && !mayStandBetweenItems(byte)) {
        throw new SyntaxError('an item of the list is not an object');
      }
      if (byte === quote) {
        this.#inString = true;
      } else if (isOpening(byte)) {
        this.#open(chunk, byte, at);
      } else if (isClosing(byte)) {
        const item = this.#close(chunk, at);
        if (item !== undefined) {
          yield item;
        }
      }
    }
    if (this.#from >= 0 && this.#from < chunk.length) {
      this.#carried.push(chunk.subarray(this.#from));
    }
  }

  /** Returns the index of the closing quote, or the length of the chunk. */
  #endOfString(chunk: Buffer, start: number): number {
    for (let at = start; at < chunk.length; at++) {
      const byte = chunk[at];
      if (this.#escaped) {
        this.#escaped = false;
      } else if (byte === backslash) {
        this.#escaped = true;
      } else if (byte === quote) {
        this.#inString = false;
        return at;
      }
    }
    return chunk.length;
  }

  #open(chunk: Buffer, byte: number, at: number): void {
    this.#depth++;
    if (this.#inItems && this.#depth === 3) {
      this.#from = at;
    } else if (byte === openBracket && this.#depth === 2 && !this.#inItems) {
      this.#envelope += this.#take(chunk, at);
      this.#inItems = itemsKey.test(this.#envelope);
      this.#envelope += this.#inItems ? '[' : '';
      this.#from = this.#inItems ? nowhere : at;
    }
  }

  #close(chunk: Buffer, at: number): string | undefined {
    this.#depth--;
    if (!this.#inItems || this.#depth > 2) {
      return undefined;
    }
    if (this.#depth === 2) {
      const item = this.#take(chunk, at + 1);
      this.#from = nowhere;
      return item;
    }
    this.#inItems = false;
    this.#from = at;
    return undefined;
  }

  #take(chunk: Buffer, to: number): string {
    if (this.#carried.length === 0) {
      return chunk.toString('utf8', this.#from, to);
    }
    const text = Buffer.concat([...this.#carried, chunk.subarray(this.#from, to)]).toString('utf8');
    this.#carried = [];
    return text;
  }
}
