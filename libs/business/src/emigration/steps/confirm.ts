import { wholeTarget, type Step } from '@tke/plan';
import { findCondition } from '@tke/runtime';

import { emigrationErrors } from '../errors.ts';
import { targetOf, type EmigrationScope } from '../scope.ts';
import { stepNames, waitMs } from '../step-names.ts';

/** Waits until the new Namespace is Available. Failures that its reconciler mends by itself are none of the move. */
export const confirm: Step<EmigrationScope> = {
  name: stepNames.confirm,
  targets: () => [wholeTarget],
  run(scope) {
    const target = targetOf(scope);
    if (target === undefined || target.metadata.deletionTimestamp !== undefined) {
      return Promise.reject(emigrationErrors.NewNamespaceGone('the new Namespace is being deleted'));
    }
    const { phase = 'Pending', conditions } = target.status ?? {};
    if (phase === 'Available') {
      return Promise.resolve(undefined);
    }
    const { reason = '' } = findCondition(conditions, 'Ready') ?? {};
    return Promise.resolve({ message: `the new Namespace is ${phase} ${reason}`.trimEnd(), retryAfterMs: waitMs });
  },
};
