import { codedErrors } from '@tke/errors';

export const policyErrors = codedErrors({
  RulesRemain: { class: 'Retryable', remedy: 'Wait: the Rules of the object are being deleted.' },
});
