import type { Role } from '@tke/api-auth';
import { everyDomain } from '@tke/authz';
import type { DeepReadonly } from '@tke/meta';

import { Compilation } from './compilation.ts';
import type { CompiledSource } from './compiled.ts';
import type { Directory } from './directory.ts';
import { firstOf } from './first-of.ts';
import { showHolders } from './policy.ts';
import { expectProject, expectTenant, referredPolicy } from './references.ts';

/** Links the role to its policies, where the role counts. */
export function compileRole({ metadata, spec }: DeepReadonly<Role>, directory: Directory): CompiledSource {
  const into = new Compilation();
  const name = metadata.name ?? '';
  const tenant = spec.tenantID ?? '';
  const domain = firstOf(spec.projectID, everyDomain);
  expectTenant(tenant, directory, into);
  if (domain !== everyDomain) {
    expectProject({ name: domain, field: 'spec.projectID', tenant }, directory, into);
  }
  spec.policies?.forEach((policyID, index) => {
    const field = `spec.policies[${index}]`;
    const policy = referredPolicy({ name: policyID, field, tenant }, directory, into);
    if (policy !== undefined) {
      into.grant({ kind: 'g', member: name, role: policyID, domain }, field, 'InvalidRule');
    }
  });
  showHolders(directory.bindingsOfRole(name), spec.tenantID, into);
  return into.finish();
}
