import { codedErrors } from '@tke/errors';

export const objectErrors = codedErrors({
  FinalizerContended: {
    class: 'Retryable',
    meaning:
      'The object is at its end, but each time the finalizer was to be taken off, somebody had changed the list of finalizers in between.',
    remedy: 'Wait: the finalizers of the object are changed by others all the time.',
  },
  OwnerNotStored: {
    class: 'Bug',
    meaning: 'The program names an owner that the API server has not stored yet.',
    remedy: 'Take the owner from the cache or from the answer of the server.',
  },
  OwnerOutOfScope: {
    class: 'Bug',
    meaning:
      'The program gives an object an owner that Kubernetes does not accept for it: one of another namespace, or a namespaced one for an object without namespace.',
    remedy:
      'Own a namespaced object from within its namespace or from cluster scope, else it is garbage collected at once.',
  },
  AlreadyControlled: {
    class: 'NeedsUser',
    meaning:
      'An object that one of yours would have to control belongs to something else already: its ownerReferences name another controller. It is left as it is.',
    remedy: 'Rename one of the two objects, or delete the other controller.',
  },
});
