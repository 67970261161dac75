/** Says on standard error what a long command is doing and how long each step took. */
export class Progress {
  readonly #startedAt = performance.now();

  async step<T>(what: string, work: () => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    process.stderr.write(`${what} ...\n`);
    const result = await work();
    process.stderr.write(`${what}: ${seconds(startedAt)} s\n`);
    return result;
  }

  total(): string {
    return seconds(this.#startedAt);
  }
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(1);
}
