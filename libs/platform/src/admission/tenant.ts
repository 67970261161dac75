import { cluster as clusterKind, type Cluster } from '@tke/api-platform';
import type { DeepReadonly, Kind } from '@tke/meta';
import type { FieldProblem, ValidationResult } from '@tke/webhook';

import type { AdmissionContext } from './context.ts';

const kind: Kind<Cluster> = clusterKind;

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
