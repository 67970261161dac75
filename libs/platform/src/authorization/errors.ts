import { codedErrors } from '@tke/errors';

export const authorizationErrors = codedErrors({
  InvalidAuthorizationSettings: {
    class: 'NeedsUser',
    remedy: 'Correct the flags of the manager that begin with --authz.',
  },
  AuthorizationSecretTaken: {
    class: 'Retryable',
    remedy:
      'Delete or rename the Secret if it is not needed any more: it is in the place of one that the platform makes.',
  },
});
