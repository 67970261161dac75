import { codedErrors } from '@tke/errors';

export const escalationErrors = codedErrors({
  RulesNotSynced: {
    class: 'Retryable',
    remedy: 'Apply it again in a moment: the manager is still reading what its caller holds.',
  },
  WritesNotSeen: {
    class: 'Retryable',
    remedy: 'Apply it again in some seconds: the manager has not seen the last changes of the object yet.',
  },
});
