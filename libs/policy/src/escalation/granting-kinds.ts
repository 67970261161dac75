import {
  customPolicyBinding,
  localGroup,
  policy,
  policyBinding,
  projectPolicyBinding,
  role,
  roleBinding,
} from '@tke/api-auth';
import type { Kind } from '@tke/meta';

/** Who writes an object of these hands out permissions. Rules do too: no user of a tenant writes them at all. */
export const grantingKinds: readonly Kind[] = [
  policy,
  policyBinding,
  projectPolicyBinding,
  customPolicyBinding,
  role,
  roleBinding,
  localGroup,
];
