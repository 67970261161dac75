import type { Policy, Role } from '@tke/api-auth';
import type { DeepReadonly } from '@tke/meta';

import type { Compilation } from './compilation.ts';
import type { Unresolved } from './compiled.ts';
import { alive, type Directory } from './directory.ts';

/** A reference by name, from an object of a tenant. */
export interface Reference {
  readonly name: string;
  readonly field: string;
  readonly tenant: string;
}

export type Scope = 'platform' | 'project';

/** Empty means platform, as in TKEStack. */
export function scopeOf({ spec }: DeepReadonly<Policy>): Scope {
  return spec.scope === 'project' ? 'project' : 'platform';
}

/** The policy that is referred to. Records why there is none that may be used. */
export function referredPolicy(
  reference: Reference,
  directory: Directory,
  into: Compilation,
): DeepReadonly<Policy> | undefined {
  return usable('Policy', alive(directory.policy(reference.name)), reference, into);
}

/** As `referredPolicy`, for policies that only one kind of binding may hand out. */
export function referredPolicyOfScope(
  reference: Reference,
  scope: Scope,
  directory: Directory,
  into: Compilation,
): DeepReadonly<Policy> | undefined {
  const found = referredPolicy(reference, directory, into);
  if (found === undefined || scopeOf(found) === scope) {
    return found;
  }
  into.defect({
    code: 'ScopeMismatch',
    field: reference.field,
    value: reference.name,
    rule: `must name a Policy of scope ${scope}; this one has scope ${scopeOf(found)}`,
    remedy: scope === 'platform' ? 'Use a ProjectPolicyBinding for it.' : 'Use a PolicyBinding for it.',
    type: 'Invalid',
  });
  return undefined;
}

/** The role that is referred to. Records why there is none that may be used. */
export function referredRole(
  reference: Reference,
  directory: Directory,
  into: Compilation,
): DeepReadonly<Role> | undefined {
  return usable('Role', alive(directory.role(reference.name)), reference, into);
}

/** That there is no such tenant; undefined when there is. */
export function missingTenant(name: string, directory: Pick<Directory, 'tenant'>): Unresolved | undefined {
  if (alive(directory.tenant(name)) !== undefined) {
    return undefined;
  }
  const detail = name === '' ? 'it is empty' : `IdentityProvider ${name} does not exist`;
  return { kind: 'IdentityProvider', id: name, field: 'spec.tenantID', reason: 'TenantNotFound', detail };
}

/** Whether the tenant exists. Records it where it does not, once for all that would be looked for in it. */
export function expectTenant(name: string, directory: Directory, into: Compilation): boolean {
  const missing = missingTenant(name, directory);
  if (missing !== undefined) {
    into.unresolved(missing);
  }
  return missing === undefined;
}

/**
 * Records that the tenant has no such project. Its rows are made all the same: in a project that is not there they hold for nothing, and none
 * has to come late to one that is. A project of another tenant is told in the same words.
 */
export function expectProject({ name, field, tenant }: Reference, directory: Directory, into: Compilation): void {
  const found = alive(directory.project(name));
  if (found === undefined || (found.spec.tenantID ?? '') !== tenant) {
    const detail = `Project ${name} does not exist in tenant "${tenant}"`;
    into.unresolved({ kind: 'Project', id: name, field, reason: 'ProjectNotFound', detail });
  }
}

function usable<T extends { readonly spec: { readonly tenantID?: string } }>(
  kind: 'Policy' | 'Role',
  found: T | undefined,
  { name, field, tenant }: Reference,
  into: Compilation,
): T | undefined {
  if (found === undefined) {
    into.unresolved({ kind, id: name, field, reason: `${kind}NotFound`, detail: `${kind} ${name} does not exist` });
    return undefined;
  }
  if ((found.spec.tenantID ?? '') === tenant) {
    return found;
  }
  into.defect({
    code: 'TenantMismatch',
    field,
    value: name,
    // Not which one: nobody must learn from the answer what other tenants have.
    rule: `must name a ${kind} of tenant "${tenant}"; this one belongs to another`,
    remedy: `Name a ${kind} of the same tenant.`,
    type: 'Forbidden',
  });
  return undefined;
}
