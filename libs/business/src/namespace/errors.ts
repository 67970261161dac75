import { codedErrors } from '@tke/errors';

/** What keeps a Namespace from being Available, besides what members and the ledger have to say. Names as TKEStack's where it has them. */
export const namespaceErrors = codedErrors({
  SystemNamespace: { class: 'NeedsUser', remedy: 'Delete this object and use a namespace of another name.' },
  ProjectOfAnotherTenant: {
    class: 'NeedsUser',
    remedy: 'Create this object in the namespace of a project of its tenant.',
  },
  ClusterNotFound: { class: 'NeedsUser', remedy: 'Create the Cluster, or delete this object and name another one.' },
  ClusterOfAnotherTenant: {
    class: 'NeedsUser',
    remedy: 'Delete this object and name a Cluster of its tenant.',
  },
  ClusterNotImported: {
    class: 'NeedsUser',
    remedy: 'See the condition of the Cluster; have it imported, or delete this object and name another Cluster.',
  },
  NamespaceExists: {
    class: 'NeedsUser',
    remedy:
      'Use a namespace of another name, or have it deleted in the cluster. To take it over with all that runs in it, have somebody who may create Namespaces in every project of the platform or tenant set the annotation business.tkestack.io/adopt to "true" on this object; deleting this object then deletes the namespace too.',
  },
  QuotaAltered: {
    class: 'Retryable',
    remedy: 'Look for a mutating webhook in the cluster that changes ResourceQuotas.',
  },
  ConflictProject: {
    class: 'NeedsUser',
    remedy:
      'Use a namespace of another name, or have the other one deleted. Where that is gone already, have the labels tkestack.io/projectName and tkestack.io/namespaceName set to this one in the cluster.',
  },
});
