import { codedErrors } from '@tke/errors';

export const managerErrors = codedErrors({
  ManagerStartedTwice: {
    class: 'Bug',
    meaning: 'The program started its manager twice.',
    remedy: 'Make a new manager for every start.',
  },
  ManagerStopping: {
    class: 'Bug',
    meaning: 'The program added a part to the manager while it was stopping.',
    remedy: 'Add what shall run before the manager is stopped.',
  },
  StartTimedOut: {
    class: 'Retryable',
    meaning:
      'A part of the process, which the message names, was not ready in time: usually a kind whose CustomResourceDefinition is missing, or that may not be listed. The process ends and is started again by what runs it.',
    remedy: 'See in the log what it waits for: a cache needs its kinds installed and may have to list and watch them.',
  },
  StopTimedOut: {
    class: 'Bug',
    meaning: 'Parts of the process did not end in the time given for it. It ends nevertheless.',
    remedy: 'See why what is named did not end when its signal aborted.',
  },
  ListenFailed: {
    class: 'NeedsUser',
    meaning:
      'The server of metrics or health could not open its address: another process has the port, or the address is not one of this machine.',
    remedy: 'Give an address of this machine with a port that is free: --health-address or --metrics-address.',
  },
  CheckTimedOut: {
    class: 'Retryable',
    meaning: 'A check of /healthz or /readyz had no result in time and counts as failed.',
    remedy: 'See what the check waits for.',
  },
});
