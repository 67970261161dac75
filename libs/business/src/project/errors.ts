import { codedErrors } from '@tke/errors';

export const projectErrors = codedErrors({
  NamespaceTaken: {
    class: 'NeedsUser',
    meaning:
      'A Project owns the namespace of its name on the hub, and that one belongs to another Project by its label.',
    remedy: 'Give the Project another name, or end what has the namespace.',
  },
  ParentUnfit: {
    class: 'NeedsUser',
    meaning:
      'The Project that spec.parentProjectName names cannot be the one above: it is of another tenant, below this one itself, or too deep in the tree.',
    remedy: 'Name another Project in spec.parentProjectName, or none.',
  },
});
