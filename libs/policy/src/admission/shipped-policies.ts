import type { Policy } from '@tke/api-auth';
import type { DeepReadonly } from '@tke/meta';
import type { AdmissionRequest, FieldProblem } from '@tke/webhook';

import { tenantsNaming } from '../seeds/default-policies.ts';
import { callerTenant } from './caller.ts';

/** What users of tenants must leave to the policies that the platform ships. */
export function shippedPolicyProblems(request: AdmissionRequest): readonly FieldProblem[] {
  const caller = callerTenant(request.userInfo);
  return caller.kind === 'tenant' ? [...typeProblems(request), ...nameProblems(request, caller.tenant)] : [];
}

/** Shipped policies are managed by the platform, so that nobody else may say that theirs is one. */
function typeProblems({ object, oldObject }: AdmissionRequest): readonly FieldProblem[] {
  const isShipped = (side: unknown) => (side as DeepReadonly<Policy> | undefined)?.spec.type === 'default';
  if (!isShipped(object) || isShipped(oldObject)) {
    return [];
  }
  return [
    {
      field: 'spec.type',
      value: 'default',
      rule: 'is for policies that the platform ships',
      remedy: 'Write custom, or leave the field out.',
      type: 'Forbidden',
    },
  ];
}

/** Names are shared by all tenants: one that was taken would keep another tenant, of today or to come, from its policies. */
function nameProblems({ object, oldObject }: AdmissionRequest, own: string): readonly FieldProblem[] {
  const name = object?.metadata.name ?? '';
  const tenants = oldObject === undefined ? tenantsNaming(name) : [];
  const [tenant] = tenants;
  if (tenant === undefined || tenants.includes(own)) {
    return [];
  }
  return [
    {
      field: 'metadata.name',
      value: name,
      rule: `is what the platform calls a policy that it ships to a tenant "${tenant}"`,
      remedy: 'Choose a name with another ending.',
      type: 'Forbidden',
    },
  ];
}
