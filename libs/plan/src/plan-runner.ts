import { PlanPass } from './plan-pass.ts';
import type { PlanResult, PlanRun, PlanRunnerOptions } from './plan-run.ts';

/** Takes plans from step to step, as far as they go without waiting. */
export class PlanRunner {
  readonly #options: PlanRunnerOptions;

  constructor(options: PlanRunnerOptions) {
    this.#options = options;
  }

  /**
   * One pass over a plan. What goes wrong with a step is in the outcome; rejects with the reason of `signal` when that aborts, and with
   * the error of `save`, or one that `endsPass`. Whoever comes next goes on from the state that was saved last, with the same attempts.
   */
  async advance<Scope>(run: PlanRun<Scope>): Promise<PlanResult> {
    return new PlanPass(this.#options, run).advance();
  }
}
