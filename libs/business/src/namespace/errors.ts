import { codedErrors } from '@tke/errors';

/** What keeps a Namespace from being Available, besides what members and the ledger have to say. Names as TKEStack's where it has them. */
export const namespaceErrors = codedErrors({
  SystemNamespace: {
    class: 'NeedsUser',
    meaning:
      "Namespaces whose names begin with `kube-` or `tke-` are the system's, and no project's. Nor is `default` one's: Kubernetes never deletes it, and what a project has goes with its Namespace.",
    remedy: 'Create an object with a namespace of another name, in place of this one.',
  },
  ProjectOfAnotherTenant: {
    class: 'NeedsUser',
    meaning: 'The Namespace object says another tenant than the project in whose namespace it lies.',
    remedy: 'Create this object in the namespace of a project of its tenant.',
  },
  ClusterNotFound: {
    class: 'NeedsUser',
    meaning:
      'There is no Cluster of the name that spec.clusterName gives. Objects may be applied in any order: the namespace follows once it is there.',
    remedy: 'Create the Cluster, or delete this object and name another one.',
  },
  ClusterOfAnotherTenant: {
    class: 'NeedsUser',
    meaning: 'The Cluster that the Namespace object names is of another tenant.',
    remedy: 'Create an object that names a Cluster of its tenant, in place of this one.',
  },
  ClusterNotImported: {
    class: 'NeedsUser',
    meaning:
      'The Cluster object stands for a cluster that belongs to another Cluster object or to another hub, so that nothing is done in it.',
    remedy: 'See the condition of the Cluster; have it imported, or delete this object and name another Cluster.',
  },
  NamespaceExists: {
    class: 'NeedsUser',
    meaning:
      "The cluster has a namespace of that name which no project made. It is not taken over unasked, since a project's quota would bind it, and the deletion of this object would delete it.",
    remedy:
      'Use a namespace of another name, or have it deleted in the cluster. To take it over with all that runs in it, have somebody who may create Namespaces in every project of the platform or tenant set the annotation business.tkestack.io/adopt to "true" on this object; deleting this object then deletes the namespace too.',
  },
  QuotaAltered: {
    class: 'Retryable',
    meaning:
      'The ResourceQuota in the member has other limits than were written a moment ago: something in the cluster changes it on the way.',
    remedy: 'Look for a mutating webhook in the cluster that changes ResourceQuotas.',
  },
  ConflictProject: {
    class: 'NeedsUser',
    meaning:
      'The namespace in the cluster belongs to another Namespace object, of this or another project: as the manager saw it, whatever its labels say since, or else by its labels.',
    remedy:
      'Use a namespace of another name, or have the other Namespace object deleted. Where the hub has none of that name, have the labels tkestack.io/projectName and tkestack.io/namespaceName set to this one in the cluster.',
  },
});
