import { codedErrors } from '@tke/errors';

export const escalationErrors = codedErrors({
  RulesNotSynced: {
    class: 'Retryable',
    meaning:
      'The manager has just started and does not know yet what the author of the change holds, against which a grant is compared. The change is refused, not let through.',
    remedy: 'Apply it again in a moment: /readyz of the manager tells when the rules have been read.',
  },
  WritesNotSeen: {
    class: 'Retryable',
    meaning:
      'The object was written many times within moments, and the manager has not seen all of it yet. What it cannot compare it refuses.',
    remedy: 'Apply it again in some seconds: the manager has not seen the last changes of the object yet.',
  },
});
