import { codedErrors } from '@tke/errors';

export const quotaErrors = codedErrors({
  QuotaExceeded: {
    class: 'NeedsUser',
    remedy: 'Ask for less, raise the limits of the project above, or give some back elsewhere in it.',
  },
  Overdrawn: {
    class: 'NeedsUser',
    remedy: 'Raise the limits to what is used at least, or lower those of the projects and namespaces below.',
  },
  ProjectLocked: {
    class: 'NeedsUser',
    remedy: 'Mend what the conditions of that Project tell, or choose another one.',
  },
  ProjectNotFound: { class: 'NeedsUser', remedy: 'Create the Project, or correct the name.' },
  ProjectDeleting: { class: 'NeedsUser', remedy: 'Wait for its end and create it anew, or choose another Project.' },
});
