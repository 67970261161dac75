import { codedErrors } from '@tke/errors';

/** What goes wrong with a plan itself; steps bring errors of their own. The codes are condition reasons. */
export const planErrors = codedErrors({
  StepTimeout: {
    class: 'Retryable',
    meaning: 'A step was not done in the time that it has. What it began goes on from there with the next attempt.',
    remedy: 'See what the step waits for, on its host and in the log of the manager.',
  },
});
