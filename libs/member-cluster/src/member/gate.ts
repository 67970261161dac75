/** Lets pass while open. */
export class Gate {
  #opened = Promise.withResolvers<undefined>();
  #isOpen = false;

  get isOpen(): boolean {
    return this.#isOpen;
  }

  open(): void {
    this.#isOpen = true;
    this.#opened.resolve(undefined);
  }

  close(): void {
    if (this.#isOpen) {
      this.#isOpen = false;
      this.#opened = Promise.withResolvers();
    }
  }

  /** Resolves when open. */
  get opened(): Promise<undefined> {
    return this.#opened.promise;
  }
}
