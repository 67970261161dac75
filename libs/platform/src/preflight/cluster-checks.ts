import type { PreflightProblem } from '@tke/api-platform';

import type { Purpose } from './check.ts';

/** What is asked for and not built here: better to say so than to leave it out silently. */
export function findInCluster({ cluster }: Purpose): readonly PreflightProblem[] {
  return cluster.spec.features?.ha?.tke === undefined
    ? []
    : [
        {
          host: '',
          check: 'HighAvailability',
          message:
            'features.ha.tke asks for a virtual address that hosts hand to each other (keepalived), which is not built',
          remedy: 'Put a balancer in front of the control plane and name it in features.ha.thirdParty.',
        },
      ];
}
