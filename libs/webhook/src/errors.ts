import { codedErrors } from '@tke/errors';

export const webhookErrors = codedErrors({
  ListenFailed: {
    class: 'NeedsUser',
    meaning:
      'The server of the webhooks could not open its address: another process has the port, or the address is not one of this machine. The process ends, and tries it anew when it is started again.',
    remedy:
      'Give an address of this machine with a port that is free: --webhook-address of the manager, --address of the authz-webhook.',
  },
  NotListening: {
    class: 'Bug',
    meaning: 'The program asked a server for its address before it listened, or after it was stopped.',
    remedy: 'Await `listening` before asking for the address.',
  },
  RouteInvalid: {
    class: 'Bug',
    meaning: 'The program declares an HTTP route that is malformed, or twice. It does not start.',
    remedy: 'Correct the path in the code that declares the route.',
  },
  CertificateInvalid: {
    class: 'NeedsUser',
    meaning:
      'A certificate, its key or the CA beside it cannot be used: not PEM, not belonging together, or missing. A server that has had a good pair goes on with that one.',
    remedy: 'Store a PEM certificate together with the private key it was issued for.',
  },
  ProbeFailed: {
    class: 'Retryable',
    meaning:
      'The readiness check calls the server of the process by TLS, as kube-apiserver does, and got no answer or another certificate than the one in use.',
    remedy: 'Wait for the server to start; if it stays, look for its own errors in the log.',
  },
  DeadlineExceeded: {
    class: 'Retryable',
    meaning: 'A request to a webhook was not answered in the time that the caller gives, and was given up.',
    remedy: 'Retry; if it happens again, look for what keeps this process busy in its log and metrics.',
  },
});
