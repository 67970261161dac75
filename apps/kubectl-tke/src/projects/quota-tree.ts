import type { BusinessNamespace, Project } from '@tke/api-business';
import { limitOf } from '@tke/business';
import { amountsOf, limitsOf, type Amounts, type Nanos } from '@tke/quantity';
import { findCondition } from '@tke/runtime';

export type Use =
  /** A cluster in which nothing is limited, and of which no use is known. */
  | { readonly kind: 'unlimited'; readonly cluster: string }
  /** One resource in one cluster. */
  | {
      readonly kind: 'resource';
      readonly cluster: string;
      readonly resource: string;
      /** Undefined: not limited. */
      readonly hard: Nanos | undefined;
      /** Of a project what it handed on, of a namespace what was observed there. */
      readonly used: Nanos;
    };

export interface QuotaNode {
  readonly kind: 'Project' | 'Namespace';
  readonly name: string;
  readonly displayName?: string;
  readonly phase: string;
  /** Of a namespace: why it is not Ready, e.g. ConnectClusterError. */
  readonly notReady?: string;
  readonly uses: readonly Use[];
  /** Of a project: projects first. */
  readonly children: readonly QuotaNode[];
}

export interface QuotaObjects {
  readonly projects: readonly Project[];
  readonly namespaces: readonly BusinessNamespace[];
}

/**
 * The trees below the projects that have no parent among the objects; with `root`, the one below that project. Projects in a circle, which
 * only a webhook that is down lets through, come last, and each of them once.
 */
export function quotaTrees({ projects, namespaces }: QuotaObjects, root?: string): readonly QuotaNode[] {
  const known = new Set(projects.map(({ metadata }) => metadata.name));
  const byParent = Map.groupBy(projects, ({ spec }) => spec.parentProjectName ?? '');
  const byProject = Map.groupBy(namespaces, ({ metadata }) => metadata.namespace ?? '');
  const shown = new Set<string>();
  const nodesOf = (some: readonly Project[]): readonly QuotaNode[] =>
    some.toSorted(byName).flatMap((project) => {
      const { name = '' } = project.metadata;
      if (shown.has(name)) {
        return [];
      }
      shown.add(name);
      const leaves = (byProject.get(name) ?? []).toSorted(byName).map(leafOf);
      return [{ ...ownNode(project), children: [...nodesOf(byParent.get(name) ?? []), ...leaves] }];
    });
  if (root !== undefined) {
    return nodesOf(projects.filter(({ metadata }) => metadata.name === root));
  }
  const trees = nodesOf(projects.filter(({ spec }) => !known.has(spec.parentProjectName ?? '')));
  return [...trees, ...nodesOf(projects)];
}

function ownNode(project: Project): Omit<QuotaNode, 'children'> {
  const { metadata, spec, status } = project;
  const limits = limitOf(project);
  const handedOn = status?.clusters ?? {};
  const clusters = [...new Set([...limits.keys(), ...Object.keys(handedOn)])].sort();
  return {
    kind: 'Project',
    name: metadata.name ?? '',
    displayName: spec.displayName,
    phase: status?.phase ?? 'Pending',
    uses: clusters.flatMap((cluster) =>
      usesIn(cluster, limits.get(cluster) ?? new Map(), amountsOf(handedOn[cluster]?.used)),
    ),
  };
}

function leafOf({ metadata, spec, status }: BusinessNamespace): QuotaNode {
  const limits = limitsOf(status?.cachedSpecHard);
  const ready = findCondition(status?.conditions, 'Ready');
  return {
    ...(ready && ready.status !== 'True' && { notReady: ready.reason }),
    kind: 'Namespace',
    name: metadata.name ?? '',
    phase: status?.phase ?? 'Pending',
    uses: usesIn(spec.clusterName, limits, amountsOf(status?.used)),
    children: [],
  };
}

function usesIn(cluster: string, limits: Amounts, used: Amounts): readonly Use[] {
  const resources = [...new Set([...limits.keys(), ...used.keys()])].sort();
  if (resources.length === 0) {
    return [{ kind: 'unlimited', cluster }];
  }
  return resources.map((resource) => ({
    ...({ kind: 'resource', cluster, resource } as const),
    hard: limits.get(resource),
    used: used.get(resource) ?? 0n,
  }));
}

/** What concerns one cluster: nodes with nothing there, and nothing below them, are left out. */
export function inCluster(nodes: readonly QuotaNode[], cluster: string): readonly QuotaNode[] {
  return nodes
    .map((node) => ({
      ...node,
      uses: node.uses.filter((use) => use.cluster === cluster),
      children: inCluster(node.children, cluster),
    }))
    .filter(({ uses, children }) => uses.length > 0 || children.length > 0);
}

function byName(a: Project | BusinessNamespace, b: Project | BusinessNamespace): number {
  return (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1;
}
