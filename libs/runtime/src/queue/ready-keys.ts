import { Heap, type HeapEntry } from './heap.ts';

/** Who shares the workers of a queue with whom. In the terms of API Priority and Fairness (KEP-1040): flows. */
export interface FlowOptions {
  /** The flow a key belongs to; undefined for one that never waits for others of its kind. */
  readonly flowOf: (key: string) => string | undefined;
  /** How many keys are worked on at the same time. */
  readonly workers: number;
}

export interface FlowEntry extends HeapEntry {
  readonly flow: string | undefined;
}

/**
 * Keys that are ready to be handed out. With flows, one that is busy gets a further worker only while more than twice as many as it has
 * are idle: alone it takes a third of them, two take 7 and 5 of 20, so that some are left for those who come next. Of fixed shares, the
 * first few flows that hang would hold all of them (Choudhury and Hahne, "Dynamic queue length thresholds for shared-memory packet
 * switches", 1998).
 */
export class ReadyKeys<T extends FlowEntry> {
  readonly #leavesFirst: (a: T, b: T) => boolean;
  readonly #workers: number;
  readonly #heaps = new Map<string | undefined, Heap<T>>();
  /** Workers of each flow. */
  readonly #busy = new Map<string | undefined, number>();
  #idle: number;

  /** `workers`: absent or infinite, each flow gets what it asks for. */
  constructor(leavesFirst: (a: T, b: T) => boolean, workers = Infinity) {
    this.#leavesFirst = leavesFirst;
    this.#workers = workers;
    this.#idle = workers;
  }

  push(entry: T): void {
    const heap = this.#heaps.get(entry.flow) ?? new Heap<T>(this.#leavesFirst);
    this.#heaps.set(entry.flow, heap);
    heap.push(entry);
  }

  /** Puts an entry whose order has changed into its new place. */
  update(entry: T): void {
    this.#heaps.get(entry.flow)?.update(entry);
  }

  /** The first of all flows that may have another worker, who is busy with it until `finished`. Linear in the flows that wait. */
  pop(): T | undefined {
    let first: T | undefined;
    for (const [flow, heap] of this.#heaps) {
      const candidate = this.#mayStart(flow) ? heap.peek() : undefined;
      if (candidate !== undefined && (first === undefined || this.#leavesFirst(candidate, first))) {
        first = candidate;
      }
    }
    if (first !== undefined) {
      this.#remove(first);
      this.#occupy(first.flow, 1);
    }
    return first;
  }

  finished(flow: string | undefined): void {
    this.#occupy(flow, -1);
  }

  clear(): void {
    this.#heaps.clear();
  }

  #mayStart(flow: string | undefined): boolean {
    const busy = this.#busy.get(flow) ?? 0;
    return flow === undefined || busy === 0 || 2 * busy < this.#idle;
  }

  #remove(entry: T): void {
    const heap = this.#heaps.get(entry.flow);
    heap?.remove(entry);
    if (heap?.size === 0) {
      this.#heaps.delete(entry.flow);
    }
  }

  #occupy(flow: string | undefined, by: 1 | -1): void {
    const busy = (this.#busy.get(flow) ?? 0) + by;
    if (busy === 0) {
      this.#busy.delete(flow);
    } else {
      this.#busy.set(flow, busy);
    }
    this.#idle = Math.min(this.#workers, this.#idle - by);
  }
}
