import type { PolicyBinding, ProjectPolicyBinding, RoleBinding } from '@tke/api-auth';
import { everyDomain } from '@tke/authz';
import type { DeepReadonly } from '@tke/meta';

import { Compilation } from './compilation.ts';
import type { CompiledSource } from './compiled.ts';
import type { Directory } from './directory.ts';
import { firstOf } from './first-of.ts';
import { expectProject, referredPolicyOfScope, referredRole } from './references.ts';
import { resolveSubjects, type SubjectSpec } from './subjects.ts';

/** Links every subject to a platform policy, everywhere. */
export function compilePolicyBinding({ spec }: DeepReadonly<PolicyBinding>, directory: Directory): CompiledSource {
  const into = new Compilation();
  const reference = { name: spec.policyID, field: 'spec.policyID', tenant: spec.tenantID ?? '' };
  const policy = referredPolicyOfScope(reference, 'platform', directory, into);
  link(spec, policy && { holds: spec.policyID, domain: everyDomain }, directory, into);
  return into.finish();
}

/** Links every subject to a project policy, inside the project. */
export function compileProjectPolicyBinding(
  { spec }: DeepReadonly<ProjectPolicyBinding>,
  directory: Directory,
): CompiledSource {
  const into = new Compilation();
  const { tenantID: tenant = '', policyID, projectID } = spec;
  const policy = referredPolicyOfScope({ name: policyID, field: 'spec.policyID', tenant }, 'project', directory, into);
  expectProject({ name: projectID, field: 'spec.projectID', tenant }, directory, into);
  link(spec, policy && { holds: policyID, domain: projectID }, directory, into);
  return into.finish();
}

/** Links every subject to a role, where the role counts. */
export function compileRoleBinding({ spec }: DeepReadonly<RoleBinding>, directory: Directory): CompiledSource {
  const into = new Compilation();
  const role = referredRole({ name: spec.roleID, field: 'spec.roleID', tenant: spec.tenantID ?? '' }, directory, into);
  link(spec, role && { holds: spec.roleID, domain: firstOf(role.spec.projectID, everyDomain) }, directory, into);
  return into.finish();
}

interface Held {
  readonly holds: string;
  readonly domain: string;
}

/** Resolves the subjects either way, so that one look shows all that is wrong with a binding. */
export function link(spec: SubjectSpec, held: Held | undefined, directory: Directory, into: Compilation): void {
  const members = resolveSubjects(spec, directory, into);
  if (held === undefined) {
    return;
  }
  for (const { key, field } of members) {
    into.grant({ kind: 'g', member: key, role: held.holds, domain: held.domain }, field, 'InvalidSubject');
  }
}
