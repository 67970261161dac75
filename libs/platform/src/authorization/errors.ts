import { codedErrors } from '@tke/errors';

export const authorizationErrors = codedErrors({
  InvalidAuthorizationSettings: {
    class: 'NeedsUser',
    meaning:
      'URL, CA or client CA of the authz-webhook, which the manager was given for its members, cannot be used. The manager does not start.',
    remedy: 'Correct the flags of the manager that begin with --authz.',
  },
  AuthorizationSecretTaken: {
    class: 'Retryable',
    meaning:
      'The Secret `<cluster>-authorization`, with which API servers ask the authz-webhook, exists and is not of this Cluster. One of a former Cluster of that name goes away by itself.',
    remedy:
      'Delete or rename the Secret if it is not needed any more: it is in the place of one that the platform makes.',
  },
});
