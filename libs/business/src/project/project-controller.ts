import { projectLabel, projectPrefix, type Project } from '@tke/api-business';
import type { IdentityProvider, ProjectPolicyBinding } from '@tke/api-auth';
import type { Cluster } from '@tke/api-platform';
import { coreKinds } from '@tke/meta';
import {
  annotationChanged,
  controllerFor,
  generationChanged,
  jsonEqual,
  labelChanged,
  or,
  type ControllerHost,
  type Mapper,
  type Predicate,
} from '@tke/runtime';

import type { BusinessDependencies } from '../dependencies.ts';
import { isSameTenant } from '../objects/is-same-tenant.ts';
import { isUnfinished } from '../objects/is-unfinished.ts';
import { verdictOn } from '../members/project-members.ts';
import {
  bindingKind,
  clusterKind,
  namespaceKind,
  projectKind,
  tenantKind,
  type NamespaceObject,
  type ProjectObject,
} from '../objects/kinds.ts';
import { holdsMore } from '../quota/child.ts';
import { lockReason } from '../quota/grant.ts';
import { contentKinds } from './contents.ts';
import { ledgersOf } from './family.ts';
import { clusterIndex, indexBindings, indexProjects, parentIndex, tenantIndex } from './indexes.ts';
import { leavingProblem } from './leaving.ts';
import { projectFieldManager } from './names.ts';
import { ProjectReconciler } from './project-reconciler.ts';

const concurrency = 8;

/** Makes projects work: see `ProjectReconciler`. Several may run at the same time without harm. */
export function addProjectController(host: ControllerHost, dependencies: BusinessDependencies): void {
  const { cache } = dependencies;
  indexProjects(cache);
  indexBindings(cache);
  contentKinds.forEach((kind) => cache.informer(kind));
  const repairs = host.metrics.counter(
    'tke_quota_ledger_repairs_total',
    'Ledgers of projects that were found wrong and mended.',
  );
  const children: Mapper<Project> = ({ metadata: { name = '' } }) =>
    cache
      .list(projectKind, { index: { name: parentIndex, value: name } })
      .filter(isUnfinished)
      .map(toRequest);
  const named = (index: string): Mapper<Cluster | IdentityProvider> => {
    return ({ metadata: { name: value = '' } }) =>
      cache.list(projectKind, { index: { name: index, value } }).map(toRequest);
  };
  const builder = controllerFor(host, 'projects')
    .for(projectKind, { predicates: [or<Project>(generationChanged, annotationChanged, { update: ledgerChanged })] })
    .watches(projectKind, (project) => ledgersOf(project, cache).map((name) => ({ name })), {
      predicates: [{ update: claimChanged }],
    })
    .watches(projectKind, children, { predicates: [{ update: offerChanged }] })
    .watches(namespaceKind, toProject, { predicates: [{ update: namespaceClaimChanged }] })
    .watches(coreKinds.namespace, toOwner, { predicates: [or(labelChanged, endBegan)] })
    .watches(bindingKind, toBoundProject, { predicates: [or(generationChanged, verdictChanged)] })
    .watches(clusterKind, named(clusterIndex), { predicates: [tenantChanged] })
    .watches(tenantKind, named(tenantIndex), { predicates: [endBegan] });
  for (const kind of contentKinds.filter((each) => each !== namespaceKind)) {
    builder.watches(kind, toProject, { predicates: [{ create: () => false, update: () => false }] });
  }
  builder
    .withOptions({ concurrency, flowOf: ({ name }) => cache.get(projectKind, { name })?.spec.tenantID })
    .complete(
      new ProjectReconciler({ ...dependencies, fieldManager: projectFieldManager, repaired: () => repairs.inc() }),
    );
}

const toRequest = ({ metadata }: ProjectObject) => ({ name: metadata.name ?? '' });

const toProject: Mapper = ({ metadata: { namespace } }) => (namespace === undefined ? [] : [{ name: namespace }]);

const toBoundProject: Mapper<ProjectPolicyBinding> = ({ spec }) => [{ name: spec.projectID }];

/** The namespaces of the hub that begin with the prefix are for projects, whatever their labels are. */
const toOwner: Mapper = ({ metadata: { name = '', labels } }) => {
  const names = [name.startsWith(projectPrefix) ? name : undefined, labels?.[projectLabel]];
  return [...new Set(names)].flatMap((each) => (each === undefined ? [] : [{ name: each }]));
};

/** Only the reconciler writes these: whatever else did is found out. */
function ledgerChanged(before: ProjectObject, after: ProjectObject): boolean {
  const ledger = ({ status }: ProjectObject) => [
    status?.charges,
    status?.clusters,
    status?.cachedParent,
    status?.cachedSpecClusters,
  ];
  return !jsonEqual(ledger(before), ledger(after));
}

/** What its parents have to know of a project. */
function claimChanged(before: ProjectObject, after: ProjectObject): boolean {
  const claim = ({ metadata, spec, status }: ProjectObject) => [
    ...[metadata.generation, metadata.uid, spec.parentProjectName],
    ...[status?.observedGeneration, status?.cachedParent, status?.cachedSpecClusters],
  ];
  return (
    !jsonEqual(claim(before), claim(after)) ||
    holdsMore(before) !== holdsMore(after) ||
    leavingProblem(before) !== leavingProblem(after)
  );
}

/** What the projects below may wait for. */
function offerChanged(before: ProjectObject, after: ProjectObject): boolean {
  const offer = ({ metadata, spec, status }: ProjectObject) => [
    ...[metadata.uid, spec.clusters, spec.parentProjectName],
    ...[status?.charges, status?.locked, status?.cachedParent, status?.cachedSpecClusters],
  ];
  return !jsonEqual(offer(before), offer(after)) || lockReason(before) !== lockReason(after);
}

function namespaceClaimChanged(before: NamespaceObject, after: NamespaceObject): boolean {
  const claim = ({ metadata, status }: NamespaceObject) => [
    ...[metadata.generation, metadata.uid],
    ...[status?.observedGeneration, status?.cachedSpecHard],
  ];
  return !jsonEqual(claim(before), claim(after));
}

const verdictChanged: Predicate<ProjectPolicyBinding> = {
  update: (before, after) => verdictOn(before)?.message !== verdictOn(after)?.message,
};

const tenantChanged: Predicate<Cluster> = {
  update: (before, after) => !isSameTenant(before, after),
};

const endBegan: Predicate = {
  update: (before, after) => before.metadata.deletionTimestamp !== after.metadata.deletionTimestamp,
};
