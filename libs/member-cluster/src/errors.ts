import { codedErrors } from '@tke/errors';

export const memberErrors = codedErrors({
  InvalidClusterAddress: {
    class: 'NeedsUser',
    remedy: 'Give every address a host, a port from 1 to 65535 and a path that is empty or begins with /.',
  },
  InvalidClusterCredential: {
    class: 'NeedsUser',
    remedy: 'Correct the ClusterCredential or its Secret as the message says.',
  },
  CredentialNotFound: { class: 'NeedsUser', remedy: 'Create what the message names, or correct the reference to it.' },
  CredentialOfAnotherTenant: {
    class: 'NeedsUser',
    remedy: 'Give Cluster, ClusterCredential and Secret the same tenant.',
  },
  IdentityChanged: {
    class: 'NeedsUser',
    remedy:
      'Correct address or credential so that they lead to the cluster that was there before. If it was made anew on purpose, delete this Cluster and import or build the new one.',
  },
  MemberNotReady: {
    class: 'Retryable',
    remedy: 'Look at the health of the cluster: its last error says what to do. Requests go through once it answers.',
  },
  MemberGone: { class: 'Retryable', remedy: 'None: the cluster is not connected any more.' },
});
