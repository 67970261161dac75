import { codedErrors } from '@tke/errors';

export const managerErrors = codedErrors({
  ManagerStartedTwice: { class: 'Bug', remedy: 'Make a new manager for every start.' },
  ManagerStopping: { class: 'Bug', remedy: 'Add what shall run before the manager is stopped.' },
  StartTimedOut: {
    class: 'Retryable',
    remedy: 'See in the log what it waits for: a cache needs its kinds installed and may have to list and watch them.',
  },
  StopTimedOut: { class: 'Bug', remedy: 'See why what is named did not end when its signal aborted.' },
  ListenFailed: { class: 'NeedsUser', remedy: 'Choose an address of this machine with a port that is free.' },
  CheckTimedOut: { class: 'Retryable', remedy: 'See what the check waits for.' },
});
