import { codedErrors } from '@tke/errors';

export const webhookErrors = codedErrors({
  ListenFailed: {
    class: 'NeedsUser',
    remedy: 'Free the port or choose another address.',
  },
  NotListening: {
    class: 'Bug',
    remedy: 'Await `listening` before asking for the address.',
  },
  RouteInvalid: {
    class: 'Bug',
    remedy: 'Correct the path in the code that declares the route.',
  },
  CertificateInvalid: {
    class: 'NeedsUser',
    remedy: 'Store a PEM certificate together with the private key it was issued for.',
  },
  ProbeFailed: {
    class: 'Retryable',
    remedy: 'Wait for the server to start; if it stays, look for its own errors in the log.',
  },
  DeadlineExceeded: {
    class: 'Retryable',
    remedy: 'Retry; if it happens again, look for what keeps this process busy in its log and metrics.',
  },
});
