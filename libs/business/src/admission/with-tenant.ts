import type { DeepReadonly, KubeObject } from '@tke/meta';
import type { AdmissionRequest } from '@tke/webhook';

import type { TellTenant } from './caller.ts';

export type TenantObject = KubeObject & { spec: { tenantID?: string } };

/**
 * The object with its tenant filled in where it was left out: the one it had, else that of the project it lives in, else that of the
 * caller; undefined when there is nothing to fill in. Sees objects that no schema has checked yet.
 */
export function withTenant<T extends TenantObject>(
  { object, oldObject, userInfo }: AdmissionRequest<T>,
  tellTenant: TellTenant,
  ofProject?: string,
): DeepReadonly<T> | undefined {
  const { spec } = (object ?? {}) as { readonly spec?: DeepReadonly<TenantObject['spec']> };
  if (object === undefined || spec === undefined || spec.tenantID) {
    return undefined;
  }
  const caller = tellTenant(userInfo);
  const stored = (oldObject as DeepReadonly<TenantObject> | undefined)?.spec.tenantID;
  const candidates = [stored, ofProject, caller.kind === 'tenant' ? caller.tenant : undefined];
  const tenantID = candidates.find((each) => each !== undefined && each !== '');
  return tenantID === undefined ? undefined : { ...object, spec: { ...spec, tenantID } };
}
