import { wholeTarget, type Step } from '@tke/plan';
import { errorMessage } from '@tke/errors';

import type { BuildScope } from '../../build/scope.ts';
import { applyRoutes } from '../../network/apply-routes.ts';
import { ownNetworkNames } from '../../network/built-in-network.ts';
import { withMember } from '../node/with-member.ts';

/**
 * Routes between all hosts of the cluster. A host that is not of the plan may be out of reach: the others get on
 * without it, and it gets its routes when the reconciler reaches it.
 */
export const ensureNodeRoutes: Step<BuildScope> = {
  name: 'EnsureNodeRoutes',
  skippedBy: ownNetworkNames,
  targets: () => [wholeTarget],
  run: (scope, { signal, log }) =>
    withMember(scope, async () => {
      const unrouted = await applyRoutes(scope, signal);
      for (const { ip, error } of unrouted) {
        if (scope.nodes.some((node) => node.ip === ip)) {
          throw error;
        }
        log.warn('no routes to the pods of other hosts', { host: ip, error: errorMessage(error) });
      }
      return undefined;
    }),
};
