/**
 * Lists objects by the values a function computes from them. A value with one object holds it without a Set around it:
 * in the usual index of a thousand owners, the Sets would otherwise weigh more than the objects.
 */
export class ObjectIndex<O extends object> {
  readonly valuesOf: (object: O) => readonly string[];
  readonly #entries = new Map<string, O | Set<O>>();

  constructor(valuesOf: (object: O) => readonly string[]) {
    this.valuesOf = valuesOf;
  }

  /** Number of distinct values. */
  get size(): number {
    return this.#entries.size;
  }

  get(value: string): readonly O[] {
    const entry = this.#entries.get(value);
    if (entry === undefined) {
      return [];
    }
    return entry instanceof Set ? [...entry] : [entry];
  }

  add(object: O): void {
    for (const value of this.valuesOf(object)) {
      const entry = this.#entries.get(value);
      if (entry instanceof Set) {
        entry.add(object);
      } else if (entry === undefined || entry === object) {
        this.#entries.set(value, object);
      } else {
        this.#entries.set(value, new Set([entry, object]));
      }
    }
  }

  remove(object: O): void {
    for (const value of this.valuesOf(object)) {
      const entry = this.#entries.get(value);
      if (entry === object) {
        this.#entries.delete(value);
      } else if (entry instanceof Set) {
        entry.delete(object);
        if (entry.size === 0) {
          this.#entries.delete(value);
        }
      }
    }
  }
}
