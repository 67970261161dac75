import type { DeepReadonly, KubeObject } from '@tke/meta';
import type { AdmissionRequest, FieldProblem } from '@tke/webhook';

import { firstOf } from '../compile/first-of.ts';
import { callerTenant } from './caller.ts';

export type TenantObject = KubeObject & { spec: { tenantID?: string } };

/** The object with its tenant filled in where it was left out: the one it had, else that of the caller. */
export function withTenant<T extends TenantObject>(request: AdmissionRequest<T>): DeepReadonly<T> | undefined {
  const object = request.object as DeepReadonly<TenantObject> | undefined;
  if (object === undefined || object.spec.tenantID) {
    return undefined;
  }
  const caller = callerTenant(request.userInfo);
  const stored = request.oldObject as DeepReadonly<TenantObject> | undefined;
  const tenant = firstOf(stored?.spec.tenantID, caller.kind === 'tenant' ? caller.tenant : '');
  return tenant === ''
    ? undefined
    : ({ ...object, spec: { ...object.spec, tenantID: tenant } } as unknown as DeepReadonly<T>);
}

/** Users of a tenant write objects of their tenant and no others. */
export function tenantProblems({
  object,
  oldObject,
  userInfo,
}: AdmissionRequest<TenantObject>): readonly FieldProblem[] {
  const caller = callerTenant(userInfo);
  switch (caller.kind) {
    case 'platform':
      return [];
    case 'ambiguous':
      return [ambiguousCaller];
    case 'tenant': {
      // The old one as well: an object must not be taken over from another tenant by giving it one's own.
      const tenants = [oldObject, object].filter((side) => side !== undefined).map(({ spec }) => spec.tenantID ?? '');
      const foreign = tenants.find((tenant) => tenant !== caller.tenant);
      return foreign === undefined ? [] : [foreignTenant(foreign, caller.tenant)];
    }
  }
}

/** For kinds that only the platform's own administrators write. */
export function platformOnlyProblems(
  kind: string,
  { userInfo }: Pick<AdmissionRequest, 'userInfo'>,
): readonly FieldProblem[] {
  const caller = callerTenant(userInfo);
  if (caller.kind === 'platform') {
    return [];
  }
  if (caller.kind === 'ambiguous') {
    return [ambiguousCaller];
  }
  return [
    {
      field: '',
      value: undefined,
      rule: `users of a tenant must not write ${kind} objects`,
      remedy: 'Ask an administrator of the platform.',
      type: 'Forbidden',
    },
  ];
}

const ambiguousCaller: FieldProblem = {
  field: 'spec.tenantID',
  value: undefined,
  rule: 'cannot be checked: the credentials name several tenants',
  remedy: 'Use credentials of one tenant.',
  type: 'Forbidden',
};

function foreignTenant(tenant: string, own: string): FieldProblem {
  return {
    field: 'spec.tenantID',
    value: tenant,
    rule: `must be "${own}", the tenant of the caller`,
    remedy: 'Leave the field out, or write the object with credentials of the other tenant.',
    type: 'Forbidden',
  };
}
