import { codedErrors } from '@tke/errors';

export const memberErrors = codedErrors({
  TenantMissing: { class: 'NeedsUser', remedy: 'Set spec.tenantID of the Project.' },
  BindingTaken: {
    class: 'NeedsUser',
    remedy:
      'Delete that ProjectPolicyBinding, or move its users to spec.members of the Project and then delete it; groups go into a binding of another policy.',
  },
});
