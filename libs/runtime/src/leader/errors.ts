import { codedErrors } from '@tke/errors';

export const leaderErrors = codedErrors({
  InvalidLeaderElection: {
    class: 'NeedsUser',
    meaning:
      'The durations of the leader election contradict each other: lease duration > renew deadline > retry period must hold. The process does not start.',
    remedy: 'Correct the durations of the leader election.',
  },
  LeadershipLost: {
    class: 'Retryable',
    meaning:
      'The process led, could not renew its Lease in time and has ended, so that no two lead at once. Another replica takes over; what was under way is taken up there.',
    remedy: 'Let the process exit and start again; see why it could not renew its Lease in time.',
  },
  LeaseRequestTimedOut: {
    class: 'Retryable',
    meaning: 'Reading or writing the Lease took too long. A leader that does not get through in time stops leading.',
    remedy: 'See whether the API server answers.',
  },
});
