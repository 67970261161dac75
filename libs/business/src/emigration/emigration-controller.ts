import type { BusinessNamespace, Project } from '@tke/api-business';
import { keyOf, type ObjectKey } from '@tke/meta';
import {
  annotationChanged,
  controllerFor,
  generationChanged,
  or,
  type CacheReader,
  type ControllerHost,
  type Mapper,
} from '@tke/runtime';

import type { BusinessDependencies } from '../dependencies.ts';
import { clusterKind, emigrationKind, namespaceKind, projectKind, type ProjectObject } from '../objects/kinds.ts';
import { EmigrationReconciler } from './emigration-reconciler.ts';
import { emigrationFrom } from './names.ts';

/** Of NsEmigrations: by their destinations, where what they wait for may change. */
const destinationIndex = 'business.emigration-destination';

export interface EmigrationControllerOptions {
  /** How long a deletion waits for a cluster that does not answer, in milliseconds. Default ten minutes. */
  readonly giveUpAfterMs?: number;
}

/** Adds the controller of NsEmigrations to a manager that has not started, with the informers it needs. */
export function addEmigrationController(
  host: ControllerHost,
  dependencies: BusinessDependencies,
  { giveUpAfterMs = 600_000 }: EmigrationControllerOptions = {},
): void {
  const { cache } = dependencies;
  cache.informer(clusterKind);
  cache.informer(emigrationKind, { indexes: { [destinationIndex]: ({ spec }) => [spec.destination] } });
  controllerFor(host, 'nsemigrations')
    // What its own reconciler writes to the status is no news to it.
    .for(emigrationKind, { predicates: [or(generationChanged, annotationChanged)] })
    .watches(namespaceKind, toEmigration(cache))
    .watches(projectKind, toEmigrationsInto(cache), { predicates: [{ update: takesMore }] })
    // A tenant's cluster that stalls must not hold the moves of others.
    .withOptions({
      concurrency: 4,
      reconcileTimeoutMs: 60_000,
      flowOf: (request) => cache.get(emigrationKind, request)?.spec.tenantID,
    })
    .complete(new EmigrationReconciler({ ...dependencies, random: Math.random, giveUpAfterMs }));
}

/** Of both Namespaces that it is about. */
function toEmigration(cache: CacheReader): Mapper<BusinessNamespace> {
  return ({ metadata }) => {
    const { name = '', namespace = '', annotations } = metadata;
    const keys: ObjectKey[] = [namespace, annotations?.[emigrationFrom] ?? ''].map((from) => ({
      namespace: from,
      name,
    }));
    return keys.filter((key) => key.namespace !== '' && cache.get(emigrationKind, key) !== undefined);
  };
}

function toEmigrationsInto(cache: CacheReader): Mapper<Project> {
  return ({ metadata }) =>
    cache.list(emigrationKind, { index: { name: destinationIndex, value: metadata.name ?? '' } }).map(keyOf);
}

/** A change of a project that an emigration may wait for: it became Active, or has other limits, or gave or got something back. */
function takesMore(before: ProjectObject, after: ProjectObject): boolean {
  const told = ({ metadata: { generation }, status }: ProjectObject) =>
    JSON.stringify([generation, status?.phase, status?.charges, status?.cachedSpecClusters]);
  return told(before) !== told(after);
}
