import type { BusinessNamespace, NsEmigration } from '@tke/api-business';
import type { Cluster } from '@tke/api-platform';
import { keyOf } from '@tke/meta';
import {
  annotationChanged,
  controllerFor,
  generationChanged,
  or,
  type ControllerHost,
  type Mapper,
  type Predicate,
} from '@tke/runtime';

import type { BusinessDependencies } from '../dependencies.ts';
import { clusterKind, emigrationKind, namespaceKind } from '../objects/kinds.ts';
import { OwnWrites } from '../objects/own-writes.ts';
import { claimantsIn, indexClaimants, type Claimant } from './claimants.ts';
import { rivalsOf } from './context.ts';
import { MemberSource } from './member-source.ts';
import { namespaceFieldManager } from './names.ts';
import { NamespaceReconciler } from './namespace-reconciler.ts';
import { isTaken } from './place-problems.ts';
import { projectSource } from './project-source.ts';

export interface NamespaceControllerOptions {
  /** How long a deletion waits for a cluster, or for the end of a namespace, in milliseconds. Default ten minutes. */
  readonly giveUpAfterMs?: number;
}

const concurrency = 20;
/** A pass makes a handful of small requests. */
const reconcileTimeoutMs = 60_000;

/** Adds the controller of Namespaces to a manager that has not started, with the informers it needs. */
export function addNamespaceController(
  host: ControllerHost,
  dependencies: BusinessDependencies,
  { giveUpAfterMs = 600_000 }: NamespaceControllerOptions = {},
): void {
  const { cache, members, clock } = dependencies;
  indexClaimants(cache);
  const recent = new OwnWrites(clock);
  const tools = { ...dependencies, recent, own: new OwnWrites<Claimant>(clock), fieldManager: namespaceFieldManager };
  const toRivals: Mapper<BusinessNamespace> = (claimant) => rivalsOf(dependencies, claimant).map(keyOf);
  const toClaimants: Mapper<Cluster> = ({ metadata }) => claimantsIn(cache, metadata.name ?? '').map(keyOf);
  controllerFor(host, 'namespaces')
    .for(namespaceKind, { predicates: [or(generationChanged, annotationChanged)] })
    .watches(namespaceKind, toRivals, { predicates: [heldByAnother] })
    .watches(clusterKind, toClaimants, { predicates: [claimableChanged] })
    .watches(emigrationKind, toBothEnds, { predicates: [phaseChanged] })
    .watchesSource(projectSource(cache))
    .watchesSource(new MemberSource({ members, cache, recent }))
    // A member that is slow must not hold the workers of the others.
    .withOptions({
      concurrency,
      reconcileTimeoutMs,
      flowOf: (request) => cache.get(namespaceKind, request)?.spec.clusterName,
    })
    .complete(new NamespaceReconciler(tools, giveUpAfterMs));
}

/** Whoever waits for a namespace waits for its holder to let it go. */
const heldByAnother: Predicate<BusinessNamespace> = {
  create: () => false,
  update: (before, after) => before.status?.memberUID !== after.status?.memberUID,
};

const claimableChanged: Predicate<Cluster> = {
  update: (before, after) => before.spec.tenantID !== after.spec.tenantID || isTaken(before) !== isTaken(after),
};

const phaseChanged: Predicate<NsEmigration> = {
  update: (before, after) => before.status?.phase !== after.status?.phase,
};

const toBothEnds: Mapper<NsEmigration> = ({ metadata, spec }) => [
  keyOf({ metadata }),
  { namespace: spec.destination, name: spec.namespace },
];
