import { codedErrors } from '@tke/errors';

export const controllerErrors = codedErrors({
  InvalidController: {
    class: 'Bug',
    meaning: 'The program sets a controller up in a way that cannot work, such as a name that is taken.',
    remedy: 'Correct the set-up of the controller.',
  },
  ControllerStartedTwice: {
    class: 'Bug',
    meaning: 'The program started one controller twice.',
    remedy: 'Add a controller to one manager, once.',
  },
  SourceNotSynced: {
    class: 'Retryable',
    meaning:
      'A controller did not get the objects that it starts from in time. The process ends and is started again by what runs it.',
    remedy: 'See that the kind is installed and that this process may list and watch it.',
  },
  ReconcileTimedOut: {
    class: 'Retryable',
    meaning: 'One pass over an object took longer than it may, and was given up. The next one takes up what is left.',
    remedy: 'See what the reconcile waits for, or allow it more time.',
  },
  Stopped: {
    class: 'Retryable',
    meaning: 'Something was given up because the controller that asked for it has ended.',
    remedy: 'None: the process is stopping.',
  },
});
