import { codedErrors } from '@tke/errors';

export const objectErrors = codedErrors({
  FinalizerContended: {
    class: 'Retryable',
    remedy: 'Wait: the finalizers of the object are changed by others all the time.',
  },
  OwnerNotStored: { class: 'Bug', remedy: 'Take the owner from the cache or from the answer of the server.' },
  OwnerOutOfScope: {
    class: 'Bug',
    remedy:
      'Own a namespaced object from within its namespace or from cluster scope, else it is garbage collected at once.',
  },
  AlreadyControlled: { class: 'NeedsUser', remedy: 'Rename one of the two objects, or delete the other controller.' },
});
