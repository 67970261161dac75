import type { JournalEntry } from '@tke/api-platform';
import { discardLogger } from '@tke/log';
import { FakeClock } from '@tke/time';

import type { PlanResult, PlanRun, PlanState } from '../plan-run.ts';
import { PlanRunner } from '../plan-runner.ts';
import { wholeTarget, type Attempt, type Step, type Waiting } from '../step.ts';

/** What a step answers, in turn; the last answer again and again. */
type Answer = Error | Waiting | undefined | ((attempt: Attempt) => Effect | Promise<Effect>);
// eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- what a function without a return statement gives
type Effect = Waiting | undefined | void;

export interface ScriptedStep extends Step<undefined> {
  readonly attempts: Attempt[];
}

export function step(
  name: string,
  answers: readonly Answer[] = [],
  rest: Partial<Omit<Step<undefined>, 'name' | 'targets'>> & { readonly targets?: readonly string[] } = {},
): ScriptedStep {
  const attempts: Attempt[] = [];
  const { targets = [wholeTarget], ...more } = rest;
  return {
    name,
    attempts,
    targets: () => targets,
    run: async (_scope, attempt) => {
      attempts.push(attempt);
      const asked = attempts.filter(({ target }) => target === attempt.target).length;
      const answer = answers[Math.min(asked, answers.length) - 1];
      if (answer instanceof Error) {
        throw answer;
      }
      return (typeof answer === 'function' ? await answer(attempt) : answer) ?? undefined;
    },
    ...more,
  };
}

/** An object with a plan: its status, and what is asked of it. */
export class PlannedObject {
  readonly clock = new FakeClock();
  readonly saves: PlanState[] = [];
  state: PlanState = {};
  generation = 1;
  retry: string | undefined;
  skip: readonly string[] = [];
  readonly #runner = new PlanRunner({ clock: this.clock, random: () => 0, logger: discardLogger });

  /** One pass, whose result is kept as a reconciler would. */
  async pass(steps: readonly Step<undefined>[], overrides: Partial<PlanRun<undefined>> = {}): Promise<PlanResult> {
    const result = await this.#runner.advance({
      uid: '9a1c',
      operation: 'Create',
      steps,
      scope: undefined,
      skip: this.skip,
      generation: this.generation,
      retry: this.retry,
      state: this.state,
      signal: new AbortController().signal,
      save: (state) => {
        this.saves.push(state);
        this.state = state;
        return Promise.resolve();
      },
      interrupted: () => false,
      ...overrides,
    });
    this.state = result.state;
    return result;
  }

  entry(step: string, host = wholeTarget): Readonly<JournalEntry> | undefined {
    return this.state.plan?.journal?.find((entry) => entry.step === step && entry.host === host);
  }

  /** `Step@host state` of each entry. */
  get journal(): readonly string[] {
    return (this.state.plan?.journal ?? []).map(
      ({ step: name, host, state }) => `${name}${host === '' ? '' : `@${host}`} ${state}`,
    );
  }
}
