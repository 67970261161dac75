import { codedErrors } from '@tke/errors';

export const projectErrors = codedErrors({
  NamespaceTaken: {
    class: 'NeedsUser',
    remedy: 'Give the Project another name, or end what has the namespace.',
  },
  ParentUnfit: { class: 'NeedsUser', remedy: 'Name another Project in spec.parentProjectName, or none.' },
});
