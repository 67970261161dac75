import {
  customPolicyBinding,
  localGroup,
  policy,
  policyBinding,
  projectPolicyBinding,
  role,
  roleBinding,
  type CustomPolicyBinding,
  type LocalGroup,
  type Policy,
  type PolicyBinding,
  type ProjectPolicyBinding,
  type Role,
  type RoleBinding,
} from '@tke/api-auth';
import type { CacheReader } from '@tke/runtime';

import { compilePolicyBinding, compileProjectPolicyBinding, compileRoleBinding } from '../compile/bindings.ts';
import { compileCustomPolicyBinding, customRowKey } from '../compile/custom-policy-binding.ts';
import { compileLocalGroup } from '../compile/local-group.ts';
import { compilePolicy } from '../compile/policy.ts';
import { compileRole } from '../compile/role.ts';
import {
  onCustomBinding,
  onGroup,
  onIdentity,
  onPolicy,
  onPolicyBinding,
  onProject,
  onRole,
  onRoleBinding,
  onTenant,
} from './dependencies.ts';
import type { Dependency, RuleSource } from './rule-source.ts';
import { subjectTopics } from './topics.ts';

const policySource: RuleSource<Policy> = {
  kind: policy,
  compile: compilePolicy,
  topics: ({ metadata, spec }) => [`policy/${metadata.name ?? ''}`, `tenant/${spec.tenantID ?? ''}`],
  dependencies: [onTenant, onPolicyBinding],
};

const roleSource: RuleSource<Role> = {
  kind: role,
  compile: compileRole,
  topics: ({ metadata, spec }) => [
    `role/${metadata.name ?? ''}`,
    `tenant/${spec.tenantID ?? ''}`,
    `project/${spec.projectID ?? ''}`,
    ...(spec.policies ?? []).map((name) => `policy/${name}` as const),
  ],
  dependencies: [onTenant, onProject, onPolicy, onRoleBinding],
};

const policyBindingSource: RuleSource<PolicyBinding> = {
  kind: policyBinding,
  compile: compilePolicyBinding,
  topics: ({ spec }) => [`policy/${spec.policyID}`, ...subjectTopics(spec)],
  dependencies: [onPolicy],
};

const projectPolicyBindingSource: RuleSource<ProjectPolicyBinding> = {
  kind: projectPolicyBinding,
  compile: compileProjectPolicyBinding,
  topics: ({ spec }) => [`policy/${spec.policyID}`, `project/${spec.projectID}`, ...subjectTopics(spec)],
  dependencies: [onPolicy, onProject],
};

const customPolicyBindingSource: RuleSource<CustomPolicyBinding> = {
  kind: customPolicyBinding,
  compile: compileCustomPolicyBinding,
  topics: (binding) => [
    `policy/${binding.spec.policyID}`,
    `row-key/${customRowKey(binding)}`,
    `project/${binding.spec.domain}`,
    ...subjectTopics(binding.spec),
  ],
  dependencies: [onPolicy, onProject, onCustomBinding],
};

const roleBindingSource: RuleSource<RoleBinding> = {
  kind: roleBinding,
  compile: compileRoleBinding,
  topics: ({ spec }) => [`role/${spec.roleID}`, ...subjectTopics(spec)],
  dependencies: [onRole],
};

const localGroupSource: RuleSource<LocalGroup> = {
  kind: localGroup,
  compile: compileLocalGroup,
  topics: ({ spec: { tenantID = '', users = null } }) => subjectTopics({ tenantID, users }),
  dependencies: [],
};

/** Every kind that is compiled to Rules. */
export function ruleSources(cache: CacheReader): readonly RuleSource[] {
  const onSubjects: readonly Dependency[] = [onTenant, onIdentity(cache), onGroup];
  const withSubjects: readonly RuleSource[] = [
    policyBindingSource,
    projectPolicyBindingSource,
    customPolicyBindingSource,
    roleBindingSource,
    localGroupSource,
  ];
  return [
    policySource,
    roleSource,
    ...withSubjects.map((source) => ({ ...source, dependencies: [...source.dependencies, ...onSubjects] })),
  ];
}
