import { namespaceCredential, type NamespaceCredential } from '@tke/api-business';
import { memberEvents } from '@tke/member-cluster';
import { controllerFor, generationChanged, type ControllerHost } from '@tke/runtime';

import type { BusinessDependencies } from '../dependencies.ts';
import { CredentialReconciler, defaultLimits, type CredentialLimits } from './credential-reconciler.ts';
import { LeftoverSweep } from './leftover-sweep.ts';

/** The cache must hold Namespaces of ours and Clusters as well. */
export function addCredentialController(
  host: ControllerHost,
  dependencies: BusinessDependencies,
  limits: Partial<CredentialLimits> = {},
): void {
  const allLimits = { ...defaultLimits, ...limits };
  const sweep = new LeftoverSweep(dependencies, allLimits.refusedMs);
  controllerFor(host, 'namespacecredentials')
    // What its own reconciler writes to the status is no news to it.
    .for<NamespaceCredential>(namespaceCredential, { predicates: [generationChanged] })
    // A tenant's cluster that stalls must not hold the credentials of others.
    .withOptions({
      concurrency: 4,
      reconcileTimeoutMs: 60_000,
      flowOf: (request) => dependencies.cache.get<NamespaceCredential>(namespaceCredential, request)?.spec.tenantID,
    })
    .complete(new CredentialReconciler(dependencies, allLimits, (cluster) => sweep.leftBehind(cluster)));
  controllerFor(host, 'credential-leftovers')
    .watchesSource(memberEvents(dependencies.members))
    .watchesSource(sweep)
    .withOptions({ concurrency: 4, reconcileTimeoutMs: 60_000 })
    .complete(sweep);
}
