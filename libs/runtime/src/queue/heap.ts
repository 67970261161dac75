/** An entry that knows its own place in the heap, so that it can move or leave without a search. */
export interface HeapEntry {
  /** Written by the heap; -1 while the entry is in none. */
  heapIndex: number;
}

/** A binary heap: `before(a, b)` says whether `a` leaves first. */
export class Heap<T extends HeapEntry> {
  readonly #entries: T[] = [];
  readonly #before: (a: T, b: T) => boolean;

  constructor(before: (a: T, b: T) => boolean) {
    this.#before = before;
  }

  get size(): number {
    return this.#entries.length;
  }

  peek(): T | undefined {
    return this.#entries[0];
  }

  push(entry: T): void {
    this.#entries.push(entry);
    this.#rise(entry, this.#entries.length - 1);
  }

  pop(): T | undefined {
    const first = this.#entries[0];
    if (first !== undefined) {
      this.remove(first);
    }
    return first;
  }

  remove(entry: T): void {
    const index = entry.heapIndex;
    const last = this.#entries.pop();
    entry.heapIndex = -1;
    if (last !== undefined && last !== entry) {
      this.#place(last, index);
      this.update(last);
    }
  }

  /** Puts an entry whose order has changed into its new place. */
  update(entry: T): void {
    const index = entry.heapIndex;
    this.#rise(entry, index);
    if (entry.heapIndex === index) {
      this.#sink(entry, index);
    }
  }

  clear(): void {
    this.#entries.length = 0;
  }

  #rise(entry: T, from: number): void {
    let index = from;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = this.#entries[above];
      if (parent === undefined || !this.#before(entry, parent)) {
        break;
      }
      this.#place(parent, index);
      index = above;
    }
    this.#place(entry, index);
  }

  #sink(entry: T, from: number): void {
    let index = from;
    for (let child = this.#firstChild(index); child !== undefined; child = this.#firstChild(index)) {
      if (!this.#before(child, entry)) {
        break;
      }
      const below = child.heapIndex;
      this.#place(child, index);
      index = below;
    }
    this.#place(entry, index);
  }

  /** The one of the two children that leaves first. */
  #firstChild(index: number): T | undefined {
    const left = this.#entries[2 * index + 1];
    const right = this.#entries[2 * index + 2];
    return left !== undefined && right !== undefined && this.#before(right, left) ? right : left;
  }

  #place(entry: T, index: number): void {
    this.#entries[index] = entry;
    entry.heapIndex = index;
  }
}
