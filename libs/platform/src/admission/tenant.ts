import { cluster as clusterKind, type Cluster } from '@tke/api-platform';
import type { DeepReadonly, Kind, KubeObject } from '@tke/meta';
import type { AdmissionRequest, FieldProblem, ValidationResult } from '@tke/webhook';

import type { AdmissionContext } from './context.ts';

export type TenantObject = KubeObject & { spec: { tenantID?: string } };

const kind: Kind<Cluster> = clusterKind;

/** The object with its tenant filled in where it was left out: the one it had, else that of the caller. As TKEStack. */
export function withTenant<T extends TenantObject>(
  { object, oldObject, userInfo }: AdmissionRequest<T>,
  { callerTenant }: Pick<AdmissionContext, 'callerTenant'>,
): DeepReadonly<T> | undefined {
  const { spec } = object as { readonly spec?: DeepReadonly<TenantObject['spec']> };
  if (spec === undefined || spec.tenantID) {
    return undefined;
  }
  const caller = callerTenant(userInfo);
  const { tenantID: stored = '' } = (oldObject as DeepReadonly<TenantObject> | undefined)?.spec ?? {};
  const own = caller.kind === 'tenant' ? caller.tenant : '';
  const tenantID = stored === '' ? own : stored;
  return tenantID === '' ? undefined : ({ ...object, spec: { ...spec, tenantID } } as unknown as DeepReadonly<T>);
}

/** How an object names the Cluster it belongs to. */
export interface ClusterNaming {
  readonly field: string;
  readonly clusterName: string;
  /** Of the object. */
  readonly tenantID: string;
}

export type NamedCluster =
  { readonly kind: 'found'; readonly cluster: DeepReadonly<Cluster> } | ({ readonly kind: 'none' } & ValidationResult);

/** The Cluster an object belongs to: of its tenant, and of no other. A missing one is a warning, because git applies in any order. */
export function namedCluster(
  { field, clusterName, tenantID }: ClusterNaming,
  { cache }: Pick<AdmissionContext, 'cache'>,
): NamedCluster {
  const cluster = cache.get(kind, { name: clusterName });
  if (cluster === undefined) {
    const warning = `${field}: Cluster ${clusterName} does not exist; until it does, nothing is done`;
    return { kind: 'none', problems: [], warnings: [warning] };
  }
  return (cluster.spec.tenantID ?? '') === tenantID
    ? { kind: 'found', cluster }
    : { kind: 'none', problems: [foreignTenant(field, clusterName, `Cluster of tenant "${tenantID}"`)], warnings: [] };
}

/** Does not say whose it is: that is nobody else's business. */
export function foreignTenant(field: string, value: string, wanted: string): FieldProblem {
  return {
    field,
    value,
    rule: `must name a ${wanted}, the tenant of this object`,
    remedy: 'Correct the name, or the tenantID.',
    type: 'Forbidden',
  };
}
