import { codedErrors } from '@tke/errors';

export const memberErrors = codedErrors({
  TenantMissing: {
    class: 'NeedsUser',
    meaning:
      'The Project has members and no tenant. Members are users of a tenant, so that nobody can be made an owner.',
    remedy: 'Set spec.tenantID of the Project.',
  },
  BindingTaken: {
    class: 'NeedsUser',
    meaning:
      'The ProjectPolicyBinding by which members become owners exists, and somebody else wrote it. It is left as it is; the members are not owners by this Project.',
    remedy:
      'Delete that ProjectPolicyBinding, or move its users to spec.members of the Project and then delete it; groups go into a binding of another policy.',
  },
});
