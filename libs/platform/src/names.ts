/** Field manager of what this package writes, in the hub and in members. */
export const fieldManager = 'tke/platform';

/** Holds a Cluster until its hosts are reset, or what is in an imported one is removed. */
export const clusterFinalizer = 'platform.tkestack.io/cluster';

/** Holds a Machine until it is drained and its host is reset. */
export const machineFinalizer = 'platform.tkestack.io/machine';

/** On Nodes we make: the address in the Machine or in `spec.machines` they were made from. As TKEStack. */
export const machineIPLabel = 'platform.tkestack.io/machine-ip';

/** ConfigMap in the namespace kube-system of a member that says which hub and Cluster it belongs to. As TKEStack. */
export const clusterMark = { namespace: 'kube-system', name: 'tke' } as const;

/** As whom the platform comes to clusters that it has built. */
export const platformUser = 'tke:platform';
