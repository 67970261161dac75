import type { Leftover } from '@tke/api-platform';
import { CodedError, describeError, errorMessage } from '@tke/errors';
import type { Step } from '@tke/plan';

import { isSuperseded } from '../hosts/superseded.ts';

export interface GiveUpOptions<Scope> {
  /** How often it is tried before what it should have removed is left behind. */
  readonly attempts: number;
  /** What stays, and how to remove it by hand. `why` is one sentence. */
  readonly leftover: (scope: Scope, target: string, why: string) => Leftover;
}

/** What a deletion writes down. */
export interface LeavingScope {
  leaveBehind(leftover: Leftover): Promise<void>;
}

/**
 * A step of a deletion, which must end whatever is dead: also what would wait for its user is tried again by itself, and after some
 * attempts the step is done with what stays written down.
 */
export function givingUp<Scope extends LeavingScope>(
  step: Step<Scope>,
  { attempts, leftover }: GiveUpOptions<Scope>,
): Step<Scope> {
  return {
    ...step,
    async run(scope, attempt) {
      const { number, target, signal } = attempt;
      const leave = async (why: string) => {
        await scope.leaveBehind(leftover(scope, target, why));
        return undefined;
      };
      if (number > attempts) {
        return leave('It did not end in time.'); // an attempt that runs out of time is not caught below
      }
      try {
        return await step.run(scope, attempt);
      } catch (error) {
        signal.throwIfAborted();
        if (isSuperseded(error)) {
          throw error; // whoever leads goes on
        }
        if (number === attempts) {
          return leave(errorMessage(error));
        }
        throw retryable(error);
      }
    },
  };
}

function retryable(error: unknown): CodedError {
  const { code, message, remedy } = describeError(error);
  return new CodedError(code, { class: 'Retryable', remedy }, message, { cause: error });
}
