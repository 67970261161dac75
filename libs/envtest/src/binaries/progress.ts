import type { Clock } from '@tke/time';

/** Where lines about long work go. */
export type Report = (line: string) => void;

export const reportToStderr: Report = (line) => void process.stderr.write(`${line}\n`);

const quietMs = 5_000;

/** Tells what is going on, how far it is and for how long it has run, at most every five seconds. */
export class Progress {
  readonly #what: string;
  readonly #report: Report;
  readonly #clock: Clock;
  readonly #startedAt: number;
  #toldAt: number;

  constructor(what: string, report: Report, clock: Clock) {
    this.#what = what;
    this.#report = report;
    this.#clock = clock;
    this.#startedAt = this.#toldAt = clock.monotonic();
    report(`${what} ...`);
  }

  update(state: string): void {
    const now = this.#clock.monotonic();
    if (now - this.#toldAt >= quietMs) {
      this.#toldAt = now;
      this.#report(`${this.#what}: ${state}, ${this.#seconds()} s`);
    }
  }

  done(): void {
    this.#report(`${this.#what}: done in ${this.#seconds()} s`);
  }

  #seconds(): number {
    return Math.round((this.#clock.monotonic() - this.#startedAt) / 1000);
  }
}

export function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
