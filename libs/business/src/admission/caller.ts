import type { DeepReadonly } from '@tke/meta';
import type { AdmissionUser, FieldProblem } from '@tke/webhook';

/** Whom a request speaks for, as `callerTenant` of @tke/policy tells. */
export type CallerTenant =
  | { readonly kind: 'platform' }
  | { readonly kind: 'tenant'; readonly tenant: string }
  /** Claims to belong to tenants, but not to which one. */
  | { readonly kind: 'ambiguous' };

export type TellTenant = (user: AdmissionUser) => CallerTenant;

export interface WithTenant {
  readonly spec: { readonly tenantID?: string };
}

/** Users of a tenant write objects of their tenant and no others: none may be taken over by writing one's own into it. */
export function tenantProblems(
  caller: CallerTenant,
  sides: readonly (DeepReadonly<WithTenant> | undefined)[],
): readonly FieldProblem[] {
  switch (caller.kind) {
    case 'platform':
      return [];
    case 'ambiguous':
      return [ambiguous];
    case 'tenant': {
      const tenants = sides.flatMap((side) => (side === undefined ? [] : [side.spec.tenantID ?? '']));
      const foreign = tenants.find((tenant) => tenant !== caller.tenant);
      return foreign === undefined ? [] : [foreignTenant(foreign, caller.tenant)];
    }
  }
}

const ambiguous: FieldProblem = {
  field: 'spec.tenantID',
  value: undefined,
  rule: 'cannot be checked: the credentials name several tenants',
  remedy: 'Use credentials of one tenant.',
  type: 'Forbidden',
};

function foreignTenant(value: string, own: string): FieldProblem {
  return {
    field: 'spec.tenantID',
    value,
    rule: `must be "${own}", the tenant of the caller`,
    remedy: 'Leave the field out, or write the object with credentials of the other tenant.',
    type: 'Forbidden',
  };
}
