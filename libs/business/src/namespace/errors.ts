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
  ConflictProject: {
    class: 'NeedsUser',
    remedy:
      'Use a namespace of another name, or have the other one deleted. Where that is gone already, take the labels tkestack.io/projectName and tkestack.io/namespaceName from the namespace in the cluster.',
  },
});
