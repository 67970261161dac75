import { codedErrors } from '@tke/errors';

export const memberErrors = codedErrors({
  BindingTaken: {
    class: 'NeedsUser',
    remedy:
      'Delete that ProjectPolicyBinding, or move its users to spec.members of the Project and then delete it; groups go into a binding of another policy.',
  },
});
