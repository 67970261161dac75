import {
  customPolicyBinding,
  localGroup,
  policy,
  policyBinding,
  projectPolicyBinding,
  role,
  roleBinding,
} from '@tke/api-auth';
import { namespaceCredential, nsEmigration, platform, project } from '@tke/api-business';
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

/**
 * Kinds that users of tenants cannot write while nobody asks what they hold: those above; who names owners of a project, raises its
 * limits or moves a namespace into it, or names administrators of a tenant; and who asks for a credential, which must be his own.
 */
export const guardedKinds: readonly Kind[] = [...grantingKinds, project, nsEmigration, platform, namespaceCredential];
