import { codedErrors } from '@tke/errors';

export const leaderErrors = codedErrors({
  InvalidLeaderElection: { class: 'NeedsUser', remedy: 'Correct the durations of the leader election.' },
  LeadershipLost: {
    class: 'Retryable',
    remedy: 'Let the process exit and start again; see why it could not renew its Lease in time.',
  },
  LeaseRequestTimedOut: { class: 'Retryable', remedy: 'See whether the API server answers.' },
});
