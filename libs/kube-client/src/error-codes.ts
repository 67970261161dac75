import { codedErrors, type ErrorDefinition } from '@tke/errors';

// What a network, a credential, a permission or a quota is to blame for is Retryable: runtime does not retry NeedsUser, and these are mended
// without any change of the object that was being reconciled. Two are NeedsUser all the same. InvalidConfiguration: the same kubeconfig reads
// no better the next time, and a corrected one is a change that is seen. AddressDenied (of @tke/net): the ranges change with a restart only,
// after which everything is looked at again, and a name must not be retried until it means something else.

/** No answer of an API server, or none that could be understood. */
export const transportErrors = codedErrors({
  ConnectionFailed: {
    class: 'Retryable',
    meaning:
      'No connection to the API server came about: its name is not known, its address is not reached, or it refuses. The message has the words of the system, such as ECONNREFUSED or ENOTFOUND.',
    remedy: 'Check that the server is up and can be reached from here.',
  },
  ConnectionLost: {
    class: 'Retryable',
    meaning:
      'A connection ended in the midst of a request. Whether the other side has done what it was asked is not known, so it is looked at, or asked in the same words, again.',
    remedy: 'None if the next try succeeds; else check the server, and the network and proxies on the way to it.',
  },
  CertificateRejected: {
    class: 'Retryable',
    meaning:
      'The server answered, but its certificate is not signed by the CA that is expected, is made out to another name, or is not valid now. Nothing was sent to it.',
    remedy: 'Set certificate-authority(-data) to the CA of the server, and tls-server-name where the name differs.',
  },
  CredentialFailed: {
    class: 'Retryable',
    meaning:
      'What the process shall identify itself with could not be had: a file cannot be read, or the credential plugin of the kubeconfig failed. The server was not asked.',
    remedy: 'Mend the token file, certificate file or credential plugin named.',
  },
  Timeout: {
    class: 'Retryable',
    meaning:
      'The API server did not answer in time. kube-apiserver says the same of itself when it gave up on a request; the message then begins with the request.',
    remedy: 'Check the load of the server and the network to it.',
  },
  BadResponse: {
    class: 'Retryable',
    meaning:
      'Something answered, but not as a kube-apiserver does: a proxy, a login page or another server stands at the address.',
    remedy: 'Check that the address is a kube-apiserver and what stands in between.',
  },
  ClientClosed: {
    class: 'Retryable',
    meaning:
      'A request was given up because the process stops, or because the cluster it went to is not connected any more.',
    remedy: 'None: the process or the cluster it spoke to is being given up.',
  },
  InvalidRequest: {
    class: 'Bug',
    meaning: 'The program was about to send a request that cannot be one. It was not sent.',
    remedy: 'Report this with the log lines around it.',
  },
  InvalidConfiguration: {
    class: 'NeedsUser',
    meaning:
      'A kubeconfig cannot be used: it cannot be read, names what is not in it, or has settings that contradict each other.',
    remedy: 'Correct the kubeconfig as the message says.',
  },
});

/** For reasons that are not in the catalogue: new ones, those of other servers, and HTTP statuses without a reason. */
export const retried: ErrorDefinition = { class: 'Retryable', remedy: 'None if the next try succeeds.' };

const bug = { class: 'Bug', remedy: 'Report this with the log lines around it.' } as const;

/**
 * What an API server refuses; the codes are the reasons of its Status. Forbidden and Invalid are tried again too: permissions, quotas and
 * admission policies change without the object being touched that is reconciled, and a terminal error would never look again. Whoever
 * knows that the refused object is the user's own says so with an error of his own.
 */
export const refusalErrors = codedErrors({
  Forbidden: {
    class: 'Retryable',
    meaning:
      'The API server does not let the process do what the message begins with: its user lacks a permission there, a quota is used up, or an admission policy or webhook refuses.',
    remedy: 'Grant the permission that the message names, or lift the quota.',
  },
  Unauthorized: {
    class: 'Retryable',
    meaning:
      'The API server does not know the token or client certificate that it was shown: revoked, expired, or of another cluster.',
    remedy: 'Replace the credential: the server does not accept it.',
  },
  Invalid: {
    class: 'Retryable',
    meaning:
      'The API server found fields of an object wrong that the process wrote, or its admission did. Where the object is made from one of yours, the cause is in yours.',
    remedy: 'Correct the fields that the message names.',
  },
  RequestEntityTooLarge: {
    class: 'Retryable',
    meaning: 'An object is larger than the API server or etcd takes (1.5 MiB by default).',
    remedy: 'Make the object smaller.',
  },
  NotFound: {
    ...retried,
    meaning:
      'What the message names is not there, or not any more: an object, its namespace, or the kind itself while its CustomResourceDefinition is missing.',
  },
  AlreadyExists: {
    ...retried,
    meaning:
      'An object of that name came into being a moment before the process was about to create it. It looks again and goes on from there.',
  },
  Conflict: {
    ...retried,
    meaning:
      'Somebody else changed the object since the process read it, or manages a field of it. It reads again and goes on from there.',
  },
  TooManyRequests: {
    ...retried,
    meaning:
      'The API server has more requests than it takes at a time, or a PodDisruptionBudget does not allow an eviction now. It says when to ask again, and is asked then.',
  },
  ServiceUnavailable: {
    ...retried,
    meaning: 'The API server, or a server behind it, is starting, stopping or overloaded.',
  },
  ServerTimeout: {
    ...retried,
    meaning: 'The API server could not do it in time, for instance because etcd is slow, and asks to be asked again.',
  },
  Expired: {
    ...retried,
    meaning: 'A list took so long that the API server has dropped the version it began with. It is begun anew.',
  },
  BadRequest: {
    ...bug,
    meaning: 'The API server could not read a request of the process.',
  },
  MethodNotAllowed: {
    ...bug,
    meaning: 'The API server serves the resource, but not what the process asked to do with it.',
  },
  NotAcceptable: {
    ...bug,
    meaning: 'The API server cannot answer in a format that the process reads.',
  },
  UnsupportedMediaType: {
    ...bug,
    meaning: 'The API server does not read the format in which the process sent something.',
  },
});

export const discoveryErrors = codedErrors({
  KindNotServed: {
    // Not NeedsUser: once the CRD is there, nothing of the object that waits for it will have changed.
    class: 'Retryable',
    meaning:
      'The cluster does not serve a kind that the program needs: its CustomResourceDefinition is not applied, or the server behind it does not answer, which the message then tells.',
    remedy: 'Install the CustomResourceDefinition or the server that provides it.',
  },
});
