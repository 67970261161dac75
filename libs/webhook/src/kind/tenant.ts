import type { DeepReadonly, KubeObject } from '@tke/meta';

import type { AdmissionRequest, AdmissionUser, FieldProblem } from '../admission/types.ts';

/** Whom a request speaks for. */
export type CallerTenant =
  /** Administrators of the platform, and its own components. */
  | { readonly kind: 'platform' }
  | { readonly kind: 'tenant'; readonly tenant: string }
  /** Claims to belong to tenants, but not to which one. */
  | { readonly kind: 'ambiguous' };

export type TellTenant = (user: AdmissionUser) => CallerTenant;

export type TenantObject = KubeObject & { spec: { tenantID?: string } };

/**
 * The object with its tenant filled in where it was left out: the one it had, else that of the project it lives in, else that of the
 * caller; undefined when there is nothing to fill in. Sees objects that no schema has checked yet.
 * @param ofProject of kinds that live in the namespace of a project; undefined where there is no such project
 */
export function withTenant<T extends TenantObject>(
  { object, oldObject, userInfo }: AdmissionRequest<T>,
  callerTenant: TellTenant,
  ofProject?: string,
): DeepReadonly<T> | undefined {
  const { spec } = (object ?? {}) as { readonly spec?: DeepReadonly<TenantObject['spec']> };
  if (object === undefined || spec === undefined || spec.tenantID) {
    return undefined;
  }
  const caller = callerTenant(userInfo);
  const stored = (oldObject as DeepReadonly<TenantObject> | undefined)?.spec.tenantID;
  const candidates = [stored, ofProject, caller.kind === 'tenant' ? caller.tenant : undefined];
  const tenantID = candidates.find((each) => each !== undefined && each !== '');
  return tenantID === undefined ? undefined : { ...object, spec: { ...spec, tenantID } };
}

/** Users of a tenant write objects of their tenant and no others: none may be taken over by writing one's own into it. */
export function tenantProblems(
  { object, oldObject }: AdmissionRequest<TenantObject>,
  caller: CallerTenant,
): readonly FieldProblem[] {
  switch (caller.kind) {
    case 'platform':
      return [];
    case 'ambiguous':
      return [ambiguousCaller];
    case 'tenant': {
      const tenants = [oldObject, object].flatMap((side) => (side === undefined ? [] : [side.spec.tenantID ?? '']));
      const foreign = tenants.find((tenant) => tenant !== caller.tenant);
      return foreign === undefined ? [] : [foreignTenant(foreign, caller.tenant)];
    }
  }
}

/**
 * What makes an object of a tenant worth nothing as things are. Not refused: git applies in any order.
 * @param exists whether there is a tenant of that name
 */
export function tenantWarnings(
  { spec: { tenantID = '' } }: DeepReadonly<TenantObject>,
  exists: (tenant: string) => boolean,
): readonly string[] {
  if (tenantID === '') {
    return ['spec.tenantID is empty: until it names an IdentityProvider, the object is worth nothing'];
  }
  return exists(tenantID)
    ? []
    : [`spec.tenantID: IdentityProvider ${tenantID} does not exist; until it does, the object is worth nothing`];
}

/** For kinds that only the platform's own administrators write. */
export function platformOnlyProblems(kind: string, caller: CallerTenant): readonly FieldProblem[] {
  switch (caller.kind) {
    case 'platform':
      return [];
    case 'ambiguous':
      return [ambiguousCaller];
    case 'tenant':
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
}

const ambiguousCaller: FieldProblem = {
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
