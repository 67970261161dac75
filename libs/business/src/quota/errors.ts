import { codedErrors } from '@tke/errors';

export const quotaErrors = codedErrors({
  QuotaExceeded: {
    class: 'NeedsUser',
    meaning:
      'The project above has less left than this one, or this namespace, asks for; the message has the numbers. Nothing was set aside, and what it had before stays in force. It gets its share by itself once there is room.',
    remedy:
      'Ask for less, raise the limits of the project above, or give some back elsewhere in it: kubectl tke quota shows who holds how much.',
  },
  Overdrawn: {
    class: 'NeedsUser',
    meaning:
      'The limits of the project are lower than what it has handed on already. Nothing is taken from anybody; nothing further is handed on until the sum fits again.',
    remedy: 'Raise the limits to what is used at least, or lower those of the projects and namespaces below.',
  },
  ProjectLocked: {
    class: 'NeedsUser',
    meaning:
      'The project above hands nothing on, because something is wrong with itself: its own share is not settled or it is overdrawn.',
    remedy: 'Mend what the conditions of that Project tell, or choose another one.',
  },
  ProjectNotFound: {
    class: 'NeedsUser',
    meaning:
      'There is no Project of the name that spec.parentProjectName of a Project, or metadata.namespace of a Namespace, gives. Objects may be applied in any order: what waits for it goes on once it is there.',
    remedy: 'Create the Project, or name one that exists.',
  },
  ProjectDeleting: {
    class: 'NeedsUser',
    meaning: 'The project above is being deleted, and gives nothing to anything new.',
    remedy: 'Wait for its end and create it anew, or choose another Project.',
  },
});
