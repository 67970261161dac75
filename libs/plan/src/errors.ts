import { codedErrors } from '@tke/errors';

/** What goes wrong with a plan itself; steps bring errors of their own. The codes are condition reasons. */
export const planErrors = codedErrors({
  StepTimeout: {
    class: 'Retryable',
    remedy: 'See what the step waits for, on its host and in the log of the manager.',
  },
});
