import { cluster, machine, secretTenantLabel, type Cluster, type Machine } from '@tke/api-platform';
import type { MemberClusters } from '@tke/member-cluster';
import { coreKinds } from '@tke/meta';
import { annotationChanged, controllerFor, generationChanged, or, type Cache, type ControllerHost } from '@tke/runtime';

import { indexMachines } from '../build/machines-of.ts';
import { tenantOf } from '../objects/tenant-of.ts';
import { goes } from '../objects/hub-source.ts';
import { PlannedReconciler, type PlannedReconcilerOptions } from '../objects/planned-reconciler.ts';
import { MachineLife, type MachineLifeOptions } from './machine-life.ts';
import { clusterMatters, indexMachineSources, MachineMappers, memberSource, nodeSource } from './machine-sources.ts';

export interface MachineControllerOptions extends PlannedReconcilerOptions, MachineLifeOptions {
  /** Of the hub. */
  readonly cache: Cache;
  readonly members: MemberClusters;
  /** Of the platform, where the Secrets are that open hosts. */
  readonly namespace: string;
}

/** As for Clusters. */
const concurrency = 60;
/** As for Clusters. */
const reconcileTimeoutMs = 3_600_000;

/** Adds the controller of Machines to a manager that has not started, with the informers it needs. */
export function addMachineController(host: ControllerHost, options: MachineControllerOptions): void {
  const { cache, members, namespace } = options;
  indexMachines(cache);
  indexMachineSources(cache);
  cache.informer(coreKinds.secret, { namespace, labelSelector: secretTenantLabel });
  const mappers = new MachineMappers(cache);
  controllerFor(host, 'machines')
    .for<Machine>(machine, { predicates: [or(generationChanged, annotationChanged)] })
    .watches<Machine>(machine, mappers.ofHost, { predicates: [goes] })
    .watches<Cluster>(cluster, mappers.ofCluster, { predicates: [clusterMatters] })
    .watches<coreKinds.Secret>(coreKinds.secret, mappers.ofSecret)
    .watchesSource(nodeSource(members, mappers))
    .watchesSource(memberSource(members, mappers))
    .withOptions({ concurrency, reconcileTimeoutMs, flowOf: ({ name }) => tenantOf(cache, machine, name) })
    .complete(new PlannedReconciler<Machine>(options, new MachineLife(options)));
}
