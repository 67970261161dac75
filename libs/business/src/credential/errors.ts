import { codedErrors } from '@tke/errors';

export const credentialErrors = codedErrors({
  CredentialIncomplete: {
    class: 'NeedsUser',
    meaning:
      'The object does not say whose credential is asked for. Admission writes that from who is asking, and was not asked: the object was made while the manager was down.',
    remedy: 'Create it again while the manager runs: its admission fills in who asks.',
  },
  AddressMissing: {
    class: 'NeedsUser',
    meaning:
      'Users show a certificate or token to the API server itself. All addresses of the Cluster have a path, which is how proxies are reached, and neither passes those.',
    remedy:
      'Add an address without a path, at which users reach the API server itself, to spec.addresses of the Cluster, and create another NamespaceCredential.',
  },
  CertificateRequestInvalid: {
    class: 'NeedsUser',
    meaning:
      'spec.request is not a signing request that can be used, or its subject is not exactly the user who asks and the groups that belong to him.',
    remedy: 'Create another NamespaceCredential with a request in PEM that openssl made.',
  },
  CertificateRequestTaken: {
    class: 'NeedsUser',
    meaning:
      'The cluster has a CertificateSigningRequest of the name that is used for this object, and it asks for something else. It is not approved.',
    remedy: 'Delete that CertificateSigningRequest in the cluster, and create another NamespaceCredential.',
  },
  CertificateNotSigned: {
    class: 'NeedsUser',
    meaning:
      'The cluster did not sign in time, or refused. Clusters whose kube-controller-manager has no signing key, as those of some cloud providers, never sign.',
    remedy:
      'Have the cluster sign for kubernetes.io/kube-apiserver-client (kube-controller-manager with --cluster-signing-cert-file and -key-file), or create another NamespaceCredential with spec.type Token.',
  },
  CertificateNotAsAsked: {
    class: 'NeedsUser',
    meaning:
      'The cluster signed, but for another key or subject than was asked for. The certificate is not handed out.',
    remedy: 'Look at what signs kubernetes.io/kube-apiserver-client in the cluster: it must keep key and subject.',
  },
  ClusterNotConnected: {
    class: 'Retryable',
    meaning:
      'The manager has no connection to the Cluster for this tenant at the moment. It waits some minutes, then the object is Failed.',
    remedy: 'Look at the Cluster: its conditions say why it is not reached.',
  },
  NamespaceNotAvailable: {
    class: 'NeedsUser',
    meaning: 'The Namespace that the credential is for did not become Available in time.',
    remedy: 'Create it again when the Namespace is Available.',
  },
  NamespaceGone: {
    class: 'NeedsUser',
    meaning:
      'The Namespace that the credential was issued for is no longer in this project: it moved to another one, or was deleted. What was issued still says who its holder is; by this project he may do nothing there.',
    remedy: 'Delete the NamespaceCredential, and ask for another one in the project that has the Namespace now.',
  },
  MemberRightsMissing: {
    class: 'NeedsUser',
    meaning:
      'A token is that of a ServiceAccount which the platform makes in the cluster and lets act as the holder. The credential of the Cluster is not allowed to do so; the message has the words of the API server.',
    remedy:
      'Give the platform cluster-admin in the cluster, or the rights that docs/projects.md lists, and create another NamespaceCredential.',
  },
  TooManyCredentials: {
    class: 'NeedsUser',
    meaning:
      'A user can have 20 NamespaceCredentials at a time in a project, those that Failed not counted. The oldest ones are answered.',
    remedy: 'Delete NamespaceCredentials of yours that you no longer need, and create another one.',
  },
  ServerNotVerified: {
    class: 'NeedsUser',
    meaning:
      'The ClusterCredential has insecureSkipTLSVerify, or the address is plain HTTP, and users would have to send their token without knowing to whom. A certificate can be used there: its private key is never sent.',
    remedy:
      'Put the CA of the API server into caCert of the ClusterCredential in place of insecureSkipTLSVerify, and create another NamespaceCredential.',
  },
  TokenNotIssued: {
    class: 'Retryable',
    meaning: 'The cluster accepted the request for a token of the ServiceAccount, and its answer has none.',
    remedy: 'Look at what stands between the platform and the API server of the cluster.',
  },
  TokenNotOpened: {
    class: 'NeedsUser',
    meaning:
      'The token in the status is encrypted for the key of the request that was sent with the object. With any other key it cannot be read, by nobody.',
    remedy: 'Use the private key that the request was made with, or create another NamespaceCredential.',
  },
});
