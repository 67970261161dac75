import { wholeTarget, type Step } from '@tke/plan';

import { emigrationErrors } from '../errors.ts';
import { sourceOf, type EmigrationScope } from '../scope.ts';
import { stepNames, waitMs } from '../step-names.ts';

/** The phase of this step is the lock (see lock.ts); what is left to do is to wait until it is known to hold. */
export const lockSource: Step<EmigrationScope> = {
  name: stepNames.lock,
  limitMs: 300_000,
  targets: () => [wholeTarget],
  run(scope) {
    const source = sourceOf(scope);
    if (source === undefined || source.metadata.deletionTimestamp !== undefined) {
      const { name, namespace } = scope.emigration.metadata;
      return Promise.reject(emigrationErrors.SourceGone(`Namespace ${name} of ${namespace} is being deleted`));
    }
    return Promise.resolve(
      source.status?.phase === 'Locked'
        ? undefined
        : { message: 'the Namespace is not Locked yet', retryAfterMs: waitMs },
    );
  },
};
