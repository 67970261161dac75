import { codedErrors } from '@tke/errors';

const tried = 'The platform goes on by itself once that is so.';

/** What keeps a cluster from being imported, or an imported one from being worked with. */
export const importErrors = codedErrors({
  AddressNotResolved: {
    class: 'NeedsUser',
    meaning:
      'The DNS that the manager asks does not know the name of the API server. What the name means on your machine does not matter.',
    remedy: `Correct the host in spec.addresses or in the kubeconfig, or add it to the DNS that the manager asks. ${tried}`,
  },
  AddressRefused: {
    class: 'Retryable',
    meaning: 'A machine answers at the address, but nothing listens on the port, or a firewall refuses the connection.',
    remedy:
      'Check that kube-apiserver runs, and that host and port in spec.addresses or in the kubeconfig are its own.',
  },
  AddressUnreachable: {
    class: 'Retryable',
    meaning:
      'Nothing answers at the address, or connections break off: no route, a firewall that swallows packets, or a machine that is off.',
    remedy: 'Check routes and firewalls between the manager and the address, or set proxyURL of the ClusterCredential.',
  },
  ServerCertificateUntrusted: {
    class: 'NeedsUser',
    meaning:
      'The certificate of the API server is not signed by the CA that you gave, nor by one that Node.js trusts. Nothing was sent to the server.',
    remedy: `Give the CA that signed the certificate of the API server: ca.crt in the Secret, certificate-authority-data in the kubeconfig, or caCert of the ClusterCredential. ${tried}`,
  },
  ServerNameMismatch: {
    class: 'NeedsUser',
    meaning:
      'The certificate of the API server is trusted, but made out to other names than the one by which the manager calls it. Nothing was sent to the server.',
    remedy: `Use an address that the certificate of the API server names, or set tlsServerName of the ClusterCredential to a name that it has. ${tried}`,
  },
  ServerCertificateExpired: {
    class: 'NeedsUser',
    meaning:
      'The certificate of the API server is not valid at this time: it has ended, or one of the clocks is wrong. Nothing was sent to the server.',
    remedy: 'Renew the certificate of the API server. The platform goes on by itself once that is so.',
  },
  CredentialRejected: {
    class: 'NeedsUser',
    meaning:
      'The API server answered 401: it does not know the token or client certificate that the platform shows, because it has ended, was revoked, or is of another cluster.',
    remedy: `Replace the token or client certificate in the Secret or ClusterCredential: the API server does not know it. ${tried}`,
  },
  CredentialForbidden: {
    class: 'NeedsUser',
    meaning: 'The API server knows the credential, and does not let its user do what the message names.',
    remedy: `Let the user of the credential do what the message names, e.g. by binding it to the ClusterRole cluster-admin. ${tried}`,
  },
  NotAnAPIServer: {
    class: 'NeedsUser',
    meaning:
      'Something answers at the address, but not as a kube-apiserver does: another port, a path that is missing, or a proxy with an answer of its own.',
    remedy: `Correct host, port and path in spec.addresses or in the kubeconfig: what answers there is no kube-apiserver. ${tried}`,
  },
  APIServerNotReady: {
    class: 'Retryable',
    meaning: 'The API server answers that it is starting or not well, or with an error of its own (5xx).',
    remedy: 'See what `kubectl get --raw /readyz?verbose` says in the cluster.',
  },
  VersionTooOld: {
    class: 'NeedsUser',
    meaning: 'The platform works with clusters of Kubernetes 1.28 or newer.',
    remedy: `Upgrade the cluster. ${tried}`,
  },
  RightsMissing: {
    class: 'NeedsUser',
    meaning:
      'The credential works, but its user may not do all that the platform does in a cluster; the message lists what is missing. Nothing was changed in the cluster.',
    remedy: `Grant them to the user of the credential, e.g. by binding it to the ClusterRole cluster-admin. ${tried}`,
  },
  AlreadyImported: {
    class: 'NeedsUser',
    meaning:
      "Another Cluster object of this hub stands for the same cluster, known by the UID of its namespace kube-system. Two would undo each other's work.",
    remedy: `Use that Cluster, or delete it first: a cluster can be imported once. ${tried}`,
  },
  OfAnotherHub: {
    class: 'NeedsUser',
    meaning:
      "The cluster has the mark of another hub or of a TKEStack (ConfigMap kube-system/tke). Two hubs would undo each other's work.",
    remedy: `Detach the cluster there by deleting its Cluster. If that hub is gone for good, run in the cluster: kubectl -n kube-system delete configmap tke. ${tried}`,
  },
  MarkContended: {
    class: 'Retryable',
    meaning:
      'The platform marks a cluster as its own by a ConfigMap, and each time it wrote it somebody had changed it in between: most likely two hubs import it at once.',
    remedy: 'None if the next try succeeds; else see who writes ConfigMap kube-system/tke.',
  },
});
