interface Shared<T> {
  readonly value: T;
  users: number;
}

/** One value per text, shared by all who use it and dropped with the last of them. */
export class Pool<T> {
  readonly #make: (text: string) => T;
  readonly #values = new Map<string, Shared<T>>();

  constructor(make: (text: string) => T) {
    this.#make = make;
  }

  get size(): number {
    return this.#values.size;
  }

  acquire(text: string): T {
    let shared = this.#values.get(text);
    if (shared === undefined) {
      shared = { value: this.#make(text), users: 0 };
      this.#values.set(text, shared);
    }
    shared.users += 1;
    return shared.value;
  }

  release(text: string): void {
    const shared = this.#values.get(text);
    if (shared !== undefined && (shared.users -= 1) === 0) {
      this.#values.delete(text);
    }
  }
}
