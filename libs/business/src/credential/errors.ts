import { codedErrors } from '@tke/errors';

export const credentialErrors = codedErrors({
  CredentialIncomplete: {
    class: 'NeedsUser',
    remedy: 'Create it again while the manager runs: its admission fills in who asks.',
  },
  AddressMissing: {
    class: 'NeedsUser',
    remedy:
      'Add an address without a path, at which users reach the API server itself, to spec.addresses of the Cluster, and create another NamespaceCredential.',
  },
  CertificateRequestInvalid: {
    class: 'NeedsUser',
    remedy: 'Create another NamespaceCredential with a request in PEM that openssl made.',
  },
  CertificateRequestTaken: {
    class: 'NeedsUser',
    remedy: 'Delete that CertificateSigningRequest in the cluster, and create another NamespaceCredential.',
  },
  CertificateNotSigned: {
    class: 'NeedsUser',
    remedy:
      'Have the cluster sign for kubernetes.io/kube-apiserver-client (kube-controller-manager with --cluster-signing-cert-file and -key-file), and create another NamespaceCredential.',
  },
  CertificateNotAsAsked: {
    class: 'NeedsUser',
    remedy: 'Look at what signs kubernetes.io/kube-apiserver-client in the cluster: it must keep key and subject.',
  },
  ClusterNotConnected: {
    class: 'Retryable',
    remedy: 'Look at the Cluster: its conditions say why it is not reached.',
  },
  NamespaceNotAvailable: {
    class: 'NeedsUser',
    remedy: 'Create it again when the Namespace is Available.',
  },
});
