import { codedErrors } from '@tke/errors';

const tried = 'The platform goes on by itself once that is so.';

/** What keeps a cluster from being imported, or an imported one from being worked with. */
export const importErrors = codedErrors({
  AddressNotResolved: {
    class: 'NeedsUser',
    remedy: `Correct the host in spec.addresses or in the kubeconfig, or add it to the DNS that the manager asks. ${tried}`,
  },
  AddressRefused: {
    class: 'Retryable',
    remedy:
      'Check that kube-apiserver runs, and that host and port in spec.addresses or in the kubeconfig are its own.',
  },
  AddressUnreachable: {
    class: 'Retryable',
    remedy: 'Check routes and firewalls between the manager and the address, or set proxyURL of the ClusterCredential.',
  },
  ServerCertificateUntrusted: {
    class: 'NeedsUser',
    remedy: `Give the CA that signed the certificate of the API server: ca.crt in the Secret, certificate-authority-data in the kubeconfig, or caCert of the ClusterCredential. ${tried}`,
  },
  ServerNameMismatch: {
    class: 'NeedsUser',
    remedy: `Use an address that the certificate of the API server names, or set tlsServerName of the ClusterCredential to a name that it has. ${tried}`,
  },
  ServerCertificateExpired: {
    class: 'NeedsUser',
    remedy: 'Renew the certificate of the API server. The platform goes on by itself once that is so.',
  },
  CredentialRejected: {
    class: 'NeedsUser',
    remedy: `Replace the token or client certificate in the Secret or ClusterCredential: the API server does not know it. ${tried}`,
  },
  CredentialForbidden: {
    class: 'NeedsUser',
    remedy: `Let the user of the credential do what the message names, e.g. by binding it to the ClusterRole cluster-admin. ${tried}`,
  },
  NotAnAPIServer: {
    class: 'NeedsUser',
    remedy: `Correct host, port and path in spec.addresses or in the kubeconfig: what answers there is no kube-apiserver. ${tried}`,
  },
  APIServerNotReady: {
    class: 'Retryable',
    remedy: 'See what `kubectl get --raw /readyz?verbose` says in the cluster.',
  },
  VersionTooOld: { class: 'NeedsUser', remedy: `Upgrade the cluster. ${tried}` },
  RightsMissing: {
    class: 'NeedsUser',
    remedy: `Grant them to the user of the credential, e.g. by binding it to the ClusterRole cluster-admin. ${tried}`,
  },
  AlreadyImported: {
    class: 'NeedsUser',
    remedy: `Use that Cluster, or delete it first: a cluster can be imported once. ${tried}`,
  },
  OfAnotherHub: {
    class: 'NeedsUser',
    remedy: `Detach the cluster there by deleting its Cluster. If that hub is gone for good, run in the cluster: kubectl -n kube-system delete configmap tke. ${tried}`,
  },
  MarkContended: {
    class: 'Retryable',
    remedy: 'None if the next try succeeds; else see who writes ConfigMap kube-system/tke.',
  },
});
