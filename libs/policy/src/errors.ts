import { codedErrors } from '@tke/errors';

export const policyErrors = codedErrors({
  RulesRemain: {
    class: 'Retryable',
    meaning:
      'The object is being deleted, and Rules made from it are still there. It stays until they are gone, so that nothing it granted outlives it.',
    remedy: 'Wait: the Rules of the object are being deleted.',
  },
});
