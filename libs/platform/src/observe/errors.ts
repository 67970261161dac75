import { codedErrors } from '@tke/errors';

export const observeErrors = codedErrors({
  TooManyObjects: {
    class: 'NeedsUser',
    meaning: 'The cluster has more nodes or pods than are summed up for the status. Nothing else depends on the sums.',
    remedy: 'None: what the status says of them is left as it was.',
  },
  ObservationTimeout: {
    class: 'Retryable',
    meaning:
      'Nodes, pods and certificates of the cluster could not all be read in time. The status keeps what was last known; it is looked at again.',
    remedy: 'See why the API server of the cluster is slow.',
  },
});
