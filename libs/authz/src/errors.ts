import { codedErrors } from '@tke/errors';

export const authzErrors = codedErrors({
  RulesNotSynced: { class: 'Retryable', remedy: 'Wait until the rules have been read; readiness tells when.' },
  ReviewIncomplete: {
    class: 'NeedsUser',
    remedy: 'Send a SubjectAccessReview with a verb and exactly one of resourceAttributes and nonResourceAttributes.',
  },
  ModelInvalid: { class: 'NeedsUser', remedy: 'Correct the model file; the built-in model is the template.' },
});
