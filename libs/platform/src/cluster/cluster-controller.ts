import { cluster, machine, type Cluster, type Machine } from '@tke/api-platform';
import { memberEvents, memberKindSource, type MemberClusters } from '@tke/member-cluster';
import { coreKinds, type DeepReadonly } from '@tke/meta';
import {
  annotationChanged,
  controllerFor,
  generationChanged,
  or,
  type CacheReader,
  type ControllerHost,
  type Mapper,
  type Predicate,
} from '@tke/runtime';

import { goes, ofTheHub } from '../objects/hub-source.ts';
import { PlannedReconciler, type PlannedReconcilerOptions } from '../objects/planned-reconciler.ts';
import { ClusterLife, type ClusterProviders } from './cluster-life.ts';
import { clusterSecretIndex } from './cluster-secrets.ts';
import { tenantOf } from '../objects/tenant-of.ts';
import { isReady, nodeKind, type Node } from '../steps/node/node.ts';

export interface ClusterControllerOptions extends PlannedReconcilerOptions {
  readonly providers: ClusterProviders;
  /** Of the hub, with the index of `indexClusters`. */
  readonly cache: CacheReader;
  readonly members: MemberClusters;
}

/** Of all tenants; one that is alone gets a third. Those that hang wait for a host or an API server, and cost next to nothing. */
const concurrency = 60;
/** An upload of all packages over a slow line takes long; a pass that takes longer is cut, and goes on from its journal. */
const reconcileTimeoutMs = 3_600_000;

/** Adds the controller of Clusters. The informer of Secrets must be there already: it holds a part of them only. */
export function addClusterController(host: ControllerHost, { cache, members, ...options }: ClusterControllerOptions) {
  const toClusters: Mapper<coreKinds.Secret> = ({ metadata: { name = '' } }) =>
    cache
      .list<Cluster>(cluster, { index: { name: clusterSecretIndex, value: name } })
      .map(({ metadata }) => ({ name: metadata.name ?? '' }));
  const nodes = memberKindSource<Node>({ members, kind: nodeKind, map: toNode, predicates: [matters] });
  controllerFor(host, 'clusters')
    .for<Cluster>(cluster, { predicates: [or(generationChanged, annotationChanged)] })
    .watches<Machine>(machine, toItsCluster, { predicates: [goes] })
    .watches<coreKinds.Secret>(coreKinds.secret, toClusters)
    .watchesSource(memberEvents(members))
    .watchesSource(ofTheHub(nodes, (name) => [{ name }]))
    .withOptions({ concurrency, reconcileTimeoutMs, flowOf: ({ name }) => tenantOf(cache, cluster, name) })
    .complete(new PlannedReconciler<Cluster>(options, new ClusterLife(options.providers, options)));
}

/** A Cluster that is being deleted waits for the end of its Machines. */
const toItsCluster: Mapper<Machine> = ({ spec }) => [{ name: spec.clusterName }];

const toNode: Mapper<Node> = ({ metadata }) => [{ name: metadata.name ?? '' }];

/** What routes and membership depend on, and what is told of the nodes: not their heartbeats. */
const matters: Predicate<Node> = {
  update: (before, after) => networkOf(before) !== networkOf(after) || isReady(before) !== isReady(after),
};

function networkOf({ metadata, spec, status }: DeepReadonly<Node>): string {
  return JSON.stringify([metadata.uid, metadata.labels, spec?.podCIDRs, status?.addresses]);
}
