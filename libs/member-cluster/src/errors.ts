import { codedErrors } from '@tke/errors';

export const memberErrors = codedErrors({
  InvalidClusterAddress: {
    class: 'NeedsUser',
    meaning: 'An address of the Cluster cannot be made into a URL, or there is none.',
    remedy: 'Give every address a host, a port from 1 to 65535 and a path that is empty or begins with /.',
  },
  InvalidClusterCredential: {
    class: 'NeedsUser',
    meaning:
      'What the platform shall log in to the cluster with cannot be used: a certificate or key that is not PEM or does not fit, a token with spaces, a kubeconfig with files or programs, or several credentials for one Cluster.',
    remedy: 'Correct the ClusterCredential or its Secret as the message says.',
  },
  CredentialNotFound: {
    class: 'NeedsUser',
    meaning:
      'The Cluster names no credential, or names a ClusterCredential or Secret that is not there. Secrets must be in the namespace of the platform and have the label platform.tkestack.io/tenant-id.',
    remedy: 'Create what the message names, or correct the reference to it.',
  },
  CredentialOfAnotherTenant: {
    class: 'NeedsUser',
    meaning:
      "Cluster, ClusterCredential and Secret are not all of one tenant. A tenant's cluster is opened by that tenant's credential only.",
    remedy: 'Give Cluster, ClusterCredential and Secret the same tenant.',
  },
  IdentityChanged: {
    class: 'NeedsUser',
    meaning:
      'Another cluster answers where this one was, known by the UID of its namespace kube-system. Nothing is done there, lest one cluster get what was meant for another.',
    remedy:
      'Correct address or credential so that they lead to the cluster that was there before. If it was made anew on purpose, delete this Cluster and import or build the new one.',
  },
  MemberNotReady: {
    class: 'Retryable',
    meaning:
      'The API server of the cluster does not answer its health checks, so that requests to it are not even sent.',
    remedy: 'Look at the health of the cluster: its last error says what to do. Requests go through once it answers.',
  },
  MemberGone: {
    class: 'Retryable',
    meaning: 'A request was given up because the Cluster was deleted, or is reached in another way now.',
    remedy: 'None: the cluster is not connected any more.',
  },
});
