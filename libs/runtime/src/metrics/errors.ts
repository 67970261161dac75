import { codedErrors } from '@tke/errors';

export const metricsErrors = codedErrors({
  EventLoopOverloaded: {
    class: 'Retryable',
    meaning:
      'The process does not come to its work: what is due is done more than a second late on average. Its health check fails until it is better, so that what runs it may restart it.',
    remedy: 'Give the process more CPU, or see what blocks its event loop.',
  },
});
