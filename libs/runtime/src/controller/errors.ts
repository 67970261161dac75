import { codedErrors } from '@tke/errors';

export const controllerErrors = codedErrors({
  InvalidController: { class: 'Bug', remedy: 'Correct the set-up of the controller.' },
  ControllerStartedTwice: { class: 'Bug', remedy: 'Add a controller to one manager, once.' },
  SourceNotSynced: {
    class: 'Retryable',
    remedy: 'See that the kind is installed and that this process may list and watch it.',
  },
  ReconcileTimedOut: { class: 'Retryable', remedy: 'See what the reconcile waits for, or allow it more time.' },
  Stopped: { class: 'Retryable', remedy: 'None: the process is stopping.' },
});
