import { cluster as clusterKind, machine as machineKind, type Cluster, type Machine } from '@tke/api-platform';
import type { Kind } from '@tke/meta';

import type { AdmissionContext } from './context.ts';
import { hostIndex, oneSpelling } from './indexes.ts';

const clusters: Kind<Cluster> = clusterKind;
const machines: Kind<Machine> = machineKind;

/** A host, as a Cluster or a Machine names it. */
export interface HostNaming {
  readonly field: string;
  readonly ip: string;
  /** Of the object. */
  readonly tenantID: string;
  /** The Cluster it is or becomes a host of. */
  readonly clusterName: string;
  /** Of a Machine, whose own cluster is looked at more closely than this. */
  readonly isMachine: boolean;
}

/**
 * A host that something else names too. No more than a warning: addresses of private networks repeat, and the lock on the host decides.
 * Of other tenants nothing is said.
 */
export function sharedHostWarnings(naming: HostNaming, { cache }: Pick<AdmissionContext, 'cache'>): readonly string[] {
  const { field, ip, tenantID, clusterName, isMachine } = naming;
  const index = { name: hostIndex, value: oneSpelling(ip) };
  const isOwn = ({ spec }: { readonly spec: { readonly tenantID?: string } }) => (spec.tenantID ?? '') === tenantID;
  const others = [
    ...cache
      .list(clusters, { index })
      .filter((each) => isOwn(each) && each.metadata.name !== clusterName)
      .map(({ metadata }) => `Cluster ${metadata.name ?? ''}`),
    ...cache
      .list(machines, { index })
      .filter((each) => isOwn(each) && !(isMachine && each.spec.clusterName === clusterName))
      .map(({ metadata }) => `Machine ${metadata.name ?? ''}`),
  ];
  return others
    .slice(0, 1)
    .map((other) => `${field}: ${ip} is a host of ${other} too; if it is the same host, only one of them gets it`);
}
