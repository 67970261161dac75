/** On a ClusterCredential: the cluster it opens. TKEStack's own clients look credentials up by it. */
export const clusterNameLabel = 'tkestack.io/cluster-name';

/**
 * On a Secret of the platform namespace: the tenant whose Clusters, Machines and ClusterCredentials may name it. Without it a tenant
 * could have any Secret of the platform sent to a host or server of its own.
 */
export const secretTenantLabel = 'platform.tkestack.io/tenant-id';

/** On a Cluster or Machine that waits for its user: a new value, e.g. the time, starts another attempt. */
export const retryAnnotation = 'platform.tkestack.io/retry';

/**
 * On a Cluster that was built here: an instant, RFC 3339. Certificates that were made before it are renewed, as soon as it has come.
 */
export const renewAnnotation = 'platform.tkestack.io/renew-certificates';

/** On a Machine of TKEStack: the version of its cluster has moved on. */
export const needUpgradeLabel = 'platform.tkestack.io/need-upgrade';
