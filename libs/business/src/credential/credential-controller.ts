import { memberEvents } from '@tke/member-cluster';
import { keyOf } from '@tke/meta';
import { controllerFor, generationChanged, type ControllerHost, type Mapper } from '@tke/runtime';

import type { BusinessDependencies } from '../dependencies.ts';
import { credentialKind, namespaceKind } from '../objects/kinds.ts';
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
  const { cache } = dependencies;
  const toIssued: Mapper = ({ metadata: { namespace = '', name } }) =>
    cache
      .list(credentialKind, { namespace })
      .filter(({ spec, status }) => spec.namespace === name && status?.phase === 'Issued')
      .map(keyOf);
  controllerFor(host, 'namespacecredentials')
    // What its own reconciler writes to the status is no news to it.
    .for(credentialKind, { predicates: [generationChanged] })
    .watches(namespaceKind, toIssued, { predicates: [{ update: () => false }] })
    // A tenant's cluster that stalls must not hold the credentials of others.
    .withOptions({
      concurrency: 4,
      reconcileTimeoutMs: 60_000,
      flowOf: (request) => cache.get(credentialKind, request)?.spec.tenantID,
    })
    .complete(new CredentialReconciler(dependencies, allLimits, (cluster) => sweep.leftBehind(cluster)));
  controllerFor(host, 'credential-leftovers')
    .watchesSource(memberEvents(dependencies.members))
    .watchesSource(sweep)
    .withOptions({ concurrency: 4, reconcileTimeoutMs: 60_000 })
    .complete(sweep);
}
