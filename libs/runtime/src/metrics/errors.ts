import { codedErrors } from '@tke/errors';

export const metricsErrors = codedErrors({
  EventLoopOverloaded: {
    class: 'Retryable',
    remedy: 'Give the process more CPU, or see what blocks its event loop.',
  },
});
