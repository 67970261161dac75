import type { BusinessNamespace, Project } from '@tke/api-business';
import { limitOf } from '@tke/business';
import { amountsOf, limitsOf, type Amounts, type Nanos } from '@tke/quantity';

/** One resource in one cluster. */
export interface Use {
  readonly cluster: string;
  readonly resource: string;
  /** Undefined: not limited. */
  readonly hard: Nanos | undefined;
  /** Of a project what it handed on, of a namespace what was observed there. */
  readonly used: Nanos;
}

export interface QuotaNode {
  readonly kind: 'Project' | 'Namespace';
  readonly name: string;
  readonly displayName?: string;
  readonly phase: string;
  readonly uses: readonly Use[];
  /** Of a project: projects first. */
  readonly children: readonly QuotaNode[];
}

export interface QuotaObjects {
  readonly projects: readonly Project[];
  readonly namespaces: readonly BusinessNamespace[];
}

/** The trees below the projects that have no parent among the objects; with `root`, the one below that project. */
export function quotaTrees({ projects, namespaces }: QuotaObjects, root?: string): readonly QuotaNode[] {
  const known = new Set(projects.map(({ metadata }) => metadata.name));
  const byParent = Map.groupBy(projects, ({ spec }) => spec.parentProjectName ?? '');
  const byProject = Map.groupBy(namespaces, ({ metadata }) => metadata.namespace ?? '');
  // A circle, which only a webhook that is down lets through, is shown up to where it closes.
  const nodeOf = (project: Project, above: readonly string[]): QuotaNode => {
    const { name = '' } = project.metadata;
    const below = above.includes(name) ? [] : (byParent.get(name) ?? []);
    return {
      ...ownNode(project),
      children: [
        ...below.sort(byName).map((child) => nodeOf(child, [...above, name])),
        ...(byProject.get(name) ?? []).sort(byName).map(leafOf),
      ],
    };
  };
  const isRoot = ({ metadata, spec }: Project) =>
    root === undefined ? !known.has(spec.parentProjectName ?? '') : metadata.name === root;
  return projects
    .filter(isRoot)
    .sort(byName)
    .map((project) => nodeOf(project, []));
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
  const observed = amountsOf(status?.used);
  // The ResourceQuota knows extended resources by another name.
  const used = new Map(
    [...limits.keys()].map((name) => [name, observed.get(name) ?? observed.get(`requests.${name}`)]),
  );
  const known = new Map([...used].filter((entry): entry is [string, Nanos] => entry[1] !== undefined));
  return {
    kind: 'Namespace',
    name: metadata.name ?? '',
    phase: status?.phase ?? 'Pending',
    uses: usesIn(spec.clusterName, limits, known),
    children: [],
  };
}

function usesIn(cluster: string, limits: Amounts, used: Amounts): readonly Use[] {
  const resources = [...new Set([...limits.keys(), ...used.keys()])].sort();
  return resources.map((resource) => ({
    ...{ cluster, resource },
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
