import {
  customPolicyBinding,
  identityProvider,
  localGroup,
  localIdentity,
  policy,
  policyBinding,
  projectPolicyBinding,
  role,
  roleBinding,
  rule,
  type CustomPolicyBinding,
  type IdentityProvider,
  type LocalGroup,
  type LocalIdentity,
  type Policy,
  type PolicyBinding,
  type ProjectPolicyBinding,
  type Role,
  type RoleBinding,
  type Rule,
} from '@tke/api-auth';
import { project, type Project } from '@tke/api-business';
import { apiVersionOf, type Kind, type KubeObject, type ObjectMeta } from '@tke/meta';

/** A complete object of a kind. The tenant is `default` unless the spec says otherwise. */
function make<T extends KubeObject & { spec: object }>(
  kind: Kind<T>,
  name: string,
  spec: object,
  metadata: ObjectMeta = {},
): T {
  return {
    apiVersion: apiVersionOf(kind),
    kind: kind.kind,
    metadata: { name, ...metadata },
    spec: { tenantID: 'default', ...spec },
  } as unknown as T;
}

type Spec<T extends { spec: object }> = Partial<T['spec']>;

export const aPolicy = (name: string, spec: Spec<Policy> = {}, metadata?: ObjectMeta): Policy =>
  make(policy, name, { displayName: name, category: 'common', statement: statement(['get*']), ...spec }, metadata);

export const statement = (
  actions: string[],
  resources = ['*'],
  effect: 'allow' | 'deny' = 'allow',
): Policy['spec']['statement'] => ({ actions, resources, effect });

export const aPolicyBinding = (
  name: string,
  spec: Spec<PolicyBinding> & { policyID: string },
  metadata?: ObjectMeta,
): PolicyBinding => make(policyBinding, name, spec, metadata);

export const aProjectPolicyBinding = (
  spec: Spec<ProjectPolicyBinding> & { policyID: string; projectID: string },
): ProjectPolicyBinding => make(projectPolicyBinding, `${spec.projectID}-${spec.policyID}`, spec);

export const aCustomPolicyBinding = (
  namespace: string,
  spec: Spec<CustomPolicyBinding> & { policyID: string },
  metadata: ObjectMeta = {},
): CustomPolicyBinding =>
  make(
    customPolicyBinding,
    spec.policyID,
    { domain: '*', rulePrefix: namespace, resources: [`chartgroup:${namespace}`], ...spec },
    { namespace, ...metadata },
  );

export const aRole = (name: string, spec: Spec<Role> = {}): Role => make(role, name, { displayName: name, ...spec });

export const aRoleBinding = (name: string, spec: Spec<RoleBinding> & { roleID: string }): RoleBinding =>
  make(roleBinding, name, spec);

export const aGroup = (name: string, spec: Spec<LocalGroup> = {}): LocalGroup =>
  make(localGroup, name, { displayName: name, ...spec });

export const anIdentity = (
  name: string,
  username: string,
  spec: Spec<LocalIdentity> = {},
  metadata?: ObjectMeta,
): LocalIdentity => make(localIdentity, name, { username, displayName: username, ...spec }, metadata);

export const aProject = (name: string, spec: Spec<Project> = {}, metadata?: ObjectMeta): Project =>
  make(project, name, { displayName: name, ...spec }, metadata);

export function aTenant(name: string, type = 'tke', spec: Spec<IdentityProvider> = {}): IdentityProvider {
  return {
    apiVersion: apiVersionOf(identityProvider),
    kind: identityProvider.kind,
    metadata: { name },
    spec: { name, type, ...spec },
  };
}

export function aRule(name: string, spec: Rule['spec'], metadata: ObjectMeta = {}): Rule {
  return { apiVersion: apiVersionOf(rule), kind: rule.kind, metadata: { name, ...metadata }, spec };
}
