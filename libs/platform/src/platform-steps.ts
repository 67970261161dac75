import type { Step } from '@tke/plan';

import type { DeleteScope } from './baremetal/delete-scope.ts';
import { destroySteps, detachSteps } from './baremetal/delete-steps.ts';
import type { ApplyRoutes } from './baremetal/routes-keeper.ts';
import type { BuildScope } from './build/scope.ts';
import { applyRoutes } from './network/apply-routes.ts';
import { removalSteps } from './remove/removal-steps.ts';
import type { RemovalSteps } from './remove/removal.ts';
import type { RenewalScope } from './renewal/renewal-scope.ts';
import { renewalSteps } from './renewal/renewal-steps.ts';
import { createClusterSteps } from './steps/create-cluster.ts';
import { joinMachineSteps } from './steps/join-machine.ts';

/** All that is done on hosts. */
export interface PlatformSteps {
  readonly createSteps: readonly Step<BuildScope>[];
  readonly destroySteps: readonly Step<DeleteScope>[];
  readonly detachSteps: readonly Step<DeleteScope>[];
  readonly joinSteps: readonly Step<BuildScope>[];
  readonly removalSteps: RemovalSteps;
  readonly renewalSteps: readonly Step<RenewalScope>[];
  readonly applyRoutes: ApplyRoutes;
}

export const platformSteps: PlatformSteps = {
  createSteps: createClusterSteps,
  destroySteps,
  detachSteps,
  joinSteps: joinMachineSteps,
  removalSteps,
  renewalSteps,
  applyRoutes,
};
