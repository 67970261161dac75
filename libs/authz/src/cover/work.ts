import { coverErrors } from './errors.ts';

/** What the comparison of two patterns costs besides their characters. */
export const stepsOfPair = 16;

/**
 * Bounds what comparing patterns with patterns may cost: they are of people's own making, and what somebody writes is
 * compared with all that he holds.
 */
export class WorkBudget {
  readonly limit: number;
  #spent = 0;

  /** @param limit single steps: characters compared, rows looked at. */
  constructor(limit: number) {
    this.limit = limit;
  }

  /** @throws TooMuchToCompare */
  spend(steps: number): void {
    this.#spent += steps;
    if (this.#spent > this.limit) {
      throw coverErrors.TooMuchToCompare(`comparing takes more than ${this.limit} steps`);
    }
  }
}
