import type { IdentityProvider } from '@tke/api-auth';
import type { BusinessNamespace, HardByCluster, Project } from '@tke/api-business';
import type { Cluster } from '@tke/api-platform';

const apiVersion = 'business.tkestack.io/v1';

type Hard = Readonly<Record<string, string | number>>;

export function limits(clusters: Readonly<Record<string, Hard>>): HardByCluster {
  return Object.fromEntries(Object.entries(clusters).map(([cluster, hard]) => [cluster, { hard: { ...hard } }]));
}

export function aProject(
  name: string,
  clusters: Readonly<Record<string, Hard>> = {},
  spec: Partial<Project['spec']> = {},
): Project {
  return {
    ...{ apiVersion, kind: 'Project', metadata: { name } },
    spec: { tenantID: 'acme', displayName: name, clusters: limits(clusters), ...spec },
  };
}

/** With users that it has itself. */
export function aTenant(name: string): IdentityProvider {
  return {
    ...{ apiVersion: 'auth.tkestack.io/v1', kind: 'IdentityProvider', metadata: { name } },
    spec: { name, type: 'local' },
  };
}

/** One that nobody reaches. */
export function aCluster(name: string, tenantID = 'acme'): Cluster {
  return {
    ...{ apiVersion: 'platform.tkestack.io/v1', kind: 'Cluster', metadata: { name } },
    spec: { tenantID, type: 'Imported' },
  };
}

/** A Namespace `ns` in cluster `cls-a` is called `cls-a-ns`. */
export function aNamespace(
  project: string,
  [clusterName, namespace]: readonly [string, string],
  hard: Hard = {},
  spec: Partial<BusinessNamespace['spec']> = {},
): BusinessNamespace {
  return {
    ...{ apiVersion, kind: 'Namespace', metadata: { namespace: project, name: `${clusterName}-${namespace}` } },
    spec: { tenantID: 'acme', clusterName, namespace, hard: { ...hard }, ...spec },
  };
}
