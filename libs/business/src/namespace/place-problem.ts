import type { Project } from '@tke/api-business';
import type { Cluster } from '@tke/api-platform';
import type { CodedError } from '@tke/errors';
import type { DeepReadonly } from '@tke/meta';
import { findCondition, type CacheReader } from '@tke/runtime';

import { clusterKind } from '../objects/kinds.ts';
import type { Claimant } from './claimants.ts';
import { namespaceErrors } from './errors.ts';
import { reservationOf } from './reserved-namespace.ts';

/** What admission refuses as well, which may not have been asked; or undefined when the Namespace may have what it names. */
export function placeProblem(
  { metadata, spec }: Claimant,
  parent: DeepReadonly<Project> | undefined,
  cache: Pick<CacheReader, 'get'>,
): CodedError | undefined {
  const { clusterName, namespace, tenantID = '' } = spec;
  const reservation = reservationOf(namespace);
  if (reservation !== undefined) {
    return namespaceErrors.SystemNamespace(`spec.namespace ${namespace}: ${reservation}`);
  }
  if (parent !== undefined && (parent.spec.tenantID ?? '') !== tenantID) {
    return namespaceErrors.ProjectOfAnotherTenant(
      `Project ${metadata.namespace ?? ''} is not of tenant "${tenantID}", the tenant of this object`,
    );
  }
  const found = cache.get(clusterKind, { name: clusterName });
  if (found === undefined) {
    return namespaceErrors.ClusterNotFound(`there is no Cluster ${clusterName}`);
  }
  if ((found.spec.tenantID ?? '') !== tenantID) {
    return namespaceErrors.ClusterOfAnotherTenant(
      `Cluster ${clusterName} is not of tenant "${tenantID}", the tenant of this object`,
    );
  }
  return isTaken(found)
    ? namespaceErrors.ClusterNotImported(
        `Cluster ${clusterName} was not imported: it belongs to another Cluster object or hub`,
      )
    : undefined;
}

const taken: ReadonlySet<string> = new Set(['AlreadyImported', 'OfAnotherHub']);

/** The platform reaches it, by whatever credential it was given, and yet it is somebody else's. */
export function isTaken({ status }: DeepReadonly<Cluster>): boolean {
  const stalled = findCondition(status?.conditions, 'Stalled');
  return stalled?.status === 'True' && taken.has(stalled.reason);
}
