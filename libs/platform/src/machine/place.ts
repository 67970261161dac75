import { cluster as clusterKind, type Cluster, type Machine } from '@tke/api-platform';
import type { DeepReadonly } from '@tke/meta';
import type { CacheReader } from '@tke/runtime';

import { machinesOf } from '../build/machines-of.ts';
import { isBegun } from '../cluster/built.ts';
import { machineIPLabelValue } from '../steps/node/machine-ip.ts';
import { machineErrors } from './errors.ts';

/** Whether a Machine may be worked on, and as part of which Cluster. */
export type Place =
  | { readonly kind: 'found'; readonly cluster: DeepReadonly<Cluster> }
  /** Not yet; ends without anybody's help. */
  | { readonly kind: 'waiting'; readonly message: string }
  | { readonly kind: 'refused'; readonly error: Error };

/**
 * What admission refuses as well, as far as it can see: objects may be created in any order, and while the webhooks are down.
 */
export function placeOf(object: DeepReadonly<Machine>, cache: CacheReader): Place {
  const { clusterName, ip } = object.spec;
  const cluster = cache.get<Cluster>(clusterKind, { name: clusterName });
  if (cluster === undefined) {
    return waiting(`Cluster ${clusterName} does not exist yet`);
  }
  if ((cluster.spec.tenantID ?? '') !== (object.spec.tenantID ?? '')) {
    return refused(machineErrors.TenantMismatch(`spec.tenantID is not that of Cluster ${clusterName}`));
  }
  if (cluster.spec.type === 'Imported') {
    return refused(
      machineErrors.ClusterNotBuilt(`Cluster ${clusterName} is imported, and machines join clusters built here`),
    );
  }
  if (cluster.metadata.deletionTimestamp !== undefined) {
    return waiting(`Cluster ${clusterName} is being deleted`);
  }
  if (isControlPlane(cluster, ip)) {
    return refused(
      machineErrors.AddressTaken(`spec.ip ${ip} is a host of the control plane of Cluster ${clusterName}`),
    );
  }
  return amongOthers(object, cluster, cache);
}

/** A host is that of the Machine that has begun to work on it, else of the oldest that names it. */
function amongOthers(object: DeepReadonly<Machine>, cluster: DeepReadonly<Cluster>, cache: CacheReader): Place {
  const { metadata, spec } = object;
  const [holder = object] = machinesOf(cache, cluster)
    .filter((other) => isSameAddress(other.spec.ip, spec.ip) && other.metadata.uid !== metadata.uid)
    .concat(object)
    .toSorted(bySeniority);
  const { name = '', uid, deletionTimestamp } = holder.metadata;
  if (uid === metadata.uid) {
    return isBegun(cluster)
      ? { kind: 'found', cluster }
      : waiting(`the hosts of the control plane of Cluster ${spec.clusterName} have not passed preflight yet`);
  }
  return deletionTimestamp === undefined
    ? refused(machineErrors.AddressTaken(`spec.ip ${spec.ip} is that of Machine ${name}`))
    : waiting(`Machine ${name} is still being removed from the host`);
}

function bySeniority(a: DeepReadonly<Machine>, b: DeepReadonly<Machine>): number {
  const rank = (object: DeepReadonly<Machine>) =>
    [hasBegun(object) ? 0 : 1, object.metadata.creationTimestamp ?? '', object.metadata.name ?? ''].join(' ');
  return rank(a) < rank(b) ? -1 : 1;
}

/** Whether an address is that of a host of the control plane. */
export function isControlPlane({ spec }: DeepReadonly<Cluster>, ip: string): boolean {
  return spec.machines?.some((host) => isSameAddress(host.ip, ip)) === true;
}

/** IPv6 has several ways to write an address. */
function isSameAddress(one: string, other: string): boolean {
  return machineIPLabelValue(one) === machineIPLabelValue(other);
}

/** Whether anything was done on its host. */
function hasBegun({ status }: DeepReadonly<Machine>): boolean {
  return status?.plan !== undefined || Boolean(status?.nodeName);
}

function waiting(message: string): Place {
  return { kind: 'waiting', message };
}

function refused(error: Error): Place {
  return { kind: 'refused', error };
}
