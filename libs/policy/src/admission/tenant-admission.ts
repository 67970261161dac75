import {
  fine,
  kindAdmission,
  merged,
  tenantProblems,
  tenantWarnings,
  withTenant,
  type KindAdmission,
  type KindChecks,
  type TenantObject,
} from '@tke/webhook';

import type { Directory } from '../compile/directory.ts';
import { callerTenant } from './caller.ts';
import { specLeftovers, statusLeftovers } from './leftovers.ts';

/** Admission of a kind whose objects belong to tenants. `authorize` is asked only about what the caller may write at all. */
export function tenantAdmission<T extends TenantObject>(checks: KindChecks<T>, directory: Directory): KindAdmission<T> {
  const isTenant = (name: string) => directory.tenant(name) !== undefined;
  return kindAdmission<T>({
    ...checks,
    default: (request) => withTenant(request, callerTenant),
    warn: ({ operation, object }) => (operation === 'CREATE' && object !== undefined ? statusLeftovers(object) : []),
    authorize: async (request) => {
      const foreign = tenantProblems(request, callerTenant(request.userInfo));
      return foreign.length > 0 ? foreign : ((await checks.authorize?.(request)) ?? []);
    },
    examine: (object) =>
      merged([
        { warnings: tenantWarnings(object, isTenant) },
        checks.examine?.(object) ?? fine,
        { warnings: specLeftovers(object) },
      ]),
  });
}
