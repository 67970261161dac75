import {
  customPolicyBinding,
  identityProvider,
  localGroup,
  localIdentity,
  policy,
  policyBinding,
  role,
  roleBinding,
  type CustomPolicyBinding,
  type IdentityProvider,
  type LocalGroup,
  type LocalIdentity,
  type Policy,
  type PolicyBinding,
  type Role,
  type RoleBinding,
} from '@tke/api-auth';
import { project, type Project } from '@tke/api-business';
import type { DeepReadonly, KubeObject } from '@tke/meta';
import { jsonEqual, type CacheReader } from '@tke/runtime';

import { customRowKey } from '../compile/custom-policy-binding.ts';
import { usernameIndex } from '../indexes.ts';
import type { Dependency } from './rule-source.ts';
import { usernameTopic } from './topics.ts';

interface Meta {
  readonly metadata: DeepReadonly<KubeObject>['metadata'];
}

/** Spec or deletion. */
const generation = (before: Meta, after: Meta) => before.metadata.generation !== after.metadata.generation;
const deletion = (before: Meta, after: Meta) => before.metadata.deletionTimestamp !== after.metadata.deletionTimestamp;

export const onPolicy: Dependency<Policy> = {
  kind: policy,
  topics: ({ metadata }) => [`policy/${metadata.name ?? ''}`],
  matters: generation,
};

export const onRole: Dependency<Role> = {
  kind: role,
  topics: ({ metadata }) => [`role/${metadata.name ?? ''}`],
  matters: generation,
};

export const onCustomBinding: Dependency<CustomPolicyBinding> = {
  kind: customPolicyBinding,
  topics: (binding) => [`row-key/${customRowKey(binding)}`],
  matters: deletion,
};

/** The binding says in its status whom it reaches; the policy shows it. */
export const onPolicyBinding: Dependency<PolicyBinding> = {
  kind: policyBinding,
  topics: ({ spec }) => [`policy/${spec.policyID}`],
  matters: reach,
};

export const onRoleBinding: Dependency<RoleBinding> = {
  kind: roleBinding,
  topics: ({ spec }) => [`role/${spec.roleID}`],
  matters: reach,
};

export const onTenant: Dependency<IdentityProvider> = {
  kind: identityProvider,
  topics: ({ metadata }) => [`tenant/${metadata.name ?? ''}`],
  matters: (before, after) => before.spec.type !== after.spec.type || deletion(before, after),
};

export const onProject: Dependency<Project> = {
  kind: project,
  topics: ({ metadata }) => [`project/${metadata.name ?? ''}`],
  matters: (before, after) => before.spec.tenantID !== after.spec.tenantID || deletion(before, after),
};

export const onGroup: Dependency<LocalGroup> = {
  kind: localGroup,
  topics: ({ metadata }) => [`group/${metadata.name ?? ''}`],
  matters: (before, after) =>
    before.spec.displayName !== after.spec.displayName ||
    before.spec.tenantID !== after.spec.tenantID ||
    deletion(before, after),
};

/** Where several identities claim one user name, the end of one is news about the others. */
export function onIdentity(cache: CacheReader): Dependency<LocalIdentity> {
  return {
    kind: localIdentity,
    topics: ({ metadata, spec }) => {
      const claimed = usernameTopic(spec.tenantID, spec.username);
      const rivals = cache.list(localIdentity, { index: { name: usernameIndex, value: claimed } });
      const names = new Set([metadata.name ?? '', ...rivals.map((rival) => rival.metadata.name ?? '')]);
      return [claimed, ...[...names].map((name) => `identity/${name}` as const)];
    },
    matters: generation,
  };
}

function reach(
  before: DeepReadonly<PolicyBinding | RoleBinding>,
  after: DeepReadonly<PolicyBinding | RoleBinding>,
): boolean {
  const shown = ({ status }: DeepReadonly<PolicyBinding | RoleBinding>) => [status?.users ?? [], status?.groups ?? []];
  return generation(before, after) || !jsonEqual(shown(before), shown(after));
}
