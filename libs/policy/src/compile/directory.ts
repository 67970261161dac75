import type {
  CustomPolicyBinding,
  IdentityProvider,
  LocalGroup,
  LocalIdentity,
  Policy,
  PolicyBinding,
  Role,
  RoleBinding,
} from '@tke/api-auth';
import type { Project } from '@tke/api-business';
import type { DeepReadonly } from '@tke/meta';

/** What a compiler may look up besides the object it compiles. Answers are of this moment and never change in place. */
export interface Directory {
  /** A tenant is named after its IdentityProvider. */
  tenant(name: string): DeepReadonly<IdentityProvider> | undefined;
  identity(name: string): DeepReadonly<LocalIdentity> | undefined;
  /** The oldest where several claim the name, so that the answer does not depend on the order of reading. */
  identityOf(tenant: string, username: string): DeepReadonly<LocalIdentity> | undefined;
  group(name: string): DeepReadonly<LocalGroup> | undefined;
  policy(name: string): DeepReadonly<Policy> | undefined;
  role(name: string): DeepReadonly<Role> | undefined;
  project(name: string): DeepReadonly<Project> | undefined;
  /** The oldest binding whose rows go by this key; else the one of this tenant whose rows would, if its policy existed. */
  customBindingOf(rowKey: string, tenant?: string): DeepReadonly<CustomPolicyBinding> | undefined;
  /** Those of its tenant that use the actions of a policy. */
  customBindingsOfPolicy(name: string, tenant: string): readonly DeepReadonly<CustomPolicyBinding>[];
  bindingsOfPolicy(name: string): readonly DeepReadonly<PolicyBinding>[];
  bindingsOfRole(name: string): readonly DeepReadonly<RoleBinding>[];
}

/** An object that is going away can no longer be referred to. */
export function alive<T extends { readonly metadata: { readonly deletionTimestamp?: string } }>(
  object: T | undefined,
): T | undefined {
  return object?.metadata.deletionTimestamp === undefined ? object : undefined;
}
