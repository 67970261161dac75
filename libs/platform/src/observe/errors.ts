import { codedErrors } from '@tke/errors';

export const observeErrors = codedErrors({
  TooManyObjects: { class: 'NeedsUser', remedy: 'None: what the status says of them is left as it was.' },
  ObservationTimeout: { class: 'Retryable', remedy: 'See why the API server of the cluster is slow.' },
});
