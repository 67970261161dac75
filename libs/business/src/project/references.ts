import type { CodedError } from '@tke/errors';
import type { CacheReader } from '@tke/runtime';

import { isSameTenant } from '../objects/is-same-tenant.ts';
import { clusterKind, tenantKind, type ProjectObject } from '../objects/kinds.ts';
import { projectErrors } from './errors.ts';

/**
 * What a project names and does not find; undefined when it finds all. It works as far as the rest goes. That the project above is missing
 * is told by the ledger: see `quotaProblem`.
 */
export function missingReferences(project: ProjectObject, cache: Pick<CacheReader, 'get'>): CodedError | undefined {
  const { tenantID = '' } = project.spec;
  const clusters = missingClusters(project, cache).map(
    (name) => `spec.clusters[${name}]: Cluster ${name} does not exist in tenant "${tenantID}"`,
  );
  if (isTenant(tenantID, cache)) {
    return clusters.length === 0 ? undefined : projectErrors.ClusterNotFound(clusters.join('; '));
  }
  const tenant = tenantID === '' ? 'it is empty' : `IdentityProvider ${tenantID} does not exist`;
  return projectErrors.TenantNotFound([`spec.tenantID: ${tenant}`, ...clusters].join('; '));
}

function isTenant(name: string, cache: Pick<CacheReader, 'get'>): boolean {
  const found = cache.get(tenantKind, { name });
  return found !== undefined && found.metadata.deletionTimestamp === undefined;
}

/** One of another tenant is none, which does not tell what others have. */
function missingClusters(project: ProjectObject, cache: Pick<CacheReader, 'get'>): readonly string[] {
  return Object.keys(project.spec.clusters ?? {}).filter((name) => {
    const found = cache.get(clusterKind, { name });
    return found === undefined || !isSameTenant(found, project);
  });
}
