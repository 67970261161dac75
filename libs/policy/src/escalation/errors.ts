import { codedErrors } from '@tke/errors';

export const escalationErrors = codedErrors({
  RulesNotSynced: {
    class: 'Retryable',
    remedy: 'Apply it again in a moment: the manager is still reading what its caller holds.',
  },
});
