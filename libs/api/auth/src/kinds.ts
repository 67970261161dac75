import type { KindDescriptor } from '@tke/crd';

import { apiKey } from './api-key.ts';
import { apiSigningKey } from './api-signing-key.ts';
import { category } from './category.ts';
import { customPolicyBinding } from './custom-policy-binding.ts';
import { identityProvider } from './identity-provider.ts';
import { localGroup } from './local-group.ts';
import { localIdentity } from './local-identity.ts';
import { policyBinding } from './policy-binding.ts';
import { policy } from './policy.ts';
import { projectPolicyBinding } from './project-policy-binding.ts';
import { roleBinding } from './role-binding.ts';
import { role } from './role.ts';
import { rule } from './rule.ts';

/** Every stored kind of auth.tkestack.io. */
export const authKinds: readonly KindDescriptor[] = [
  policy,
  policyBinding,
  projectPolicyBinding,
  customPolicyBinding,
  role,
  roleBinding,
  localGroup,
  localIdentity,
  identityProvider,
  category,
  rule,
  apiKey,
  apiSigningKey,
];

/** The kinds whose objects belong to a tenant: those with `spec.tenantID`. */
export const tenantKinds: readonly KindDescriptor[] = authKinds.filter(
  ({ schema }) => schema.properties?.spec?.properties?.tenantID !== undefined,
);
