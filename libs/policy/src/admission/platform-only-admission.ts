import type { KubeObject } from '@tke/meta';
import { fine, kindAdmission, merged, platformOnlyProblems, type KindAdmission, type KindChecks } from '@tke/webhook';

import { callerTenant } from './caller.ts';
import { specLeftovers } from './leftovers.ts';

/** Admission of a kind that only administrators of the platform write. */
export function platformOnlyAdmission<T extends KubeObject>(
  checks: Omit<KindChecks<T>, 'authorize'>,
): KindAdmission<T> {
  return kindAdmission<T>({
    ...checks,
    authorize: ({ userInfo }) => platformOnlyProblems(checks.kind.kind, callerTenant(userInfo)),
    examine: (object) => merged([checks.examine?.(object) ?? fine, { warnings: specLeftovers(object) }]),
  });
}
