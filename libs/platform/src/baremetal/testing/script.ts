import { CodedError } from '@tke/errors';
import { wholeTarget, type Attempt, type Step, type Waiting } from '@tke/plan';

type Behaviour<Scope> = (attempt: Attempt, scope: Scope) => Promise<Waiting | undefined> | Waiting | undefined;

/** Steps that do what a test tells them, which may change while they are at it. Without word from it they succeed. */
export class Script<Scope> {
  readonly steps: readonly Step<Scope>[];
  /** `<name>#<attempt>`, for each time one was run. */
  readonly runs: string[] = [];
  /** Ids of attempts. */
  readonly ids = new Set<string>();
  readonly #behaviours = new Map<string, Behaviour<Scope>>();

  constructor(...names: readonly string[]) {
    this.steps = names.map((name) => ({
      name,
      targets: () => [wholeTarget],
      run: async (scope, attempt) => {
        this.runs.push(`${name}#${attempt.number}`);
        this.ids.add(attempt.id);
        return this.#behaviours.get(name)?.(attempt, scope);
      },
    }));
  }

  /** How often a step was run, for any attempt. */
  count(name: string): number {
    return this.runs.filter((run) => run.startsWith(`${name}#`)).length;
  }

  on(name: string, behaviour: Behaviour<Scope>): this {
    this.#behaviours.set(name, behaviour);
    return this;
  }
}

export const succeeds = () => undefined;

export const waits =
  (message = 'it takes its time') =>
  () => ({ message, retryAfterMs: 100 });

export const failsForUser =
  (message = 'the host is too small') =>
  () => {
    throw new CodedError('HostTooSmall', { class: 'NeedsUser', remedy: 'Take a larger one.' }, message);
  };
