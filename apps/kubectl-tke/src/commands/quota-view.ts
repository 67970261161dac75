import { formatExactly, type Nanos } from '@tke/quantity';

import { bar } from '../output/bar.ts';
import { table } from '../output/table.ts';
import type { QuotaNode, Use } from '../projects/quota-tree.ts';

/** Amounts as the API has them; what is not limited has neither `hard` nor `free`, a cluster without any limit no `resource` either. */
export function quotaDocument({ kind, name, displayName, phase, notReady, uses, children }: QuotaNode): object {
  return {
    ...{ kind, name, displayName, phase, notReady },
    uses: uses.map(useDocument),
    ...(kind === 'Project' && {
      projects: children.filter((child) => child.kind === 'Project').map(quotaDocument),
      namespaces: children.filter((child) => child.kind === 'Namespace').map(quotaDocument),
    }),
  };
}

function useDocument(use: Use): object {
  const { cluster } = use;
  if (use.kind === 'unlimited') {
    return { cluster };
  }
  const { resource, hard, used } = use;
  const text = (amount: Nanos) => formatExactly(resource, amount);
  return {
    cluster,
    resource,
    ...(hard !== undefined && { hard: text(hard), free: text(hard - used) }),
    used: text(used),
  };
}

export function quotaLines(nodes: readonly QuotaNode[]): readonly string[] {
  if (nodes.length === 0) {
    return ['no projects'];
  }
  const header = ['PROJECT/NAMESPACE', 'CLUSTER', 'RESOURCE', 'HARD', 'USED', 'FREE', 'USE'];
  return table(
    header,
    nodes.flatMap((node) => rowsOf(node, 0)),
  );
}

/** The name once, and behind it a line for each resource. */
function rowsOf(node: QuotaNode, depth: number): readonly (readonly string[])[] {
  const title = `${'  '.repeat(depth)}${node.kind === 'Namespace' ? 'ns ' : ''}${node.name}`;
  const mark = markOf(node);
  const name = mark === undefined ? title : `${title} (${mark})`;
  const lines = node.uses.length === 0 ? [['', '', '', '', '', '']] : node.uses.map(cellsOf);
  return [
    ...lines.map((cells, at) => [at === 0 ? name : '', ...cells]),
    ...node.children.flatMap((child) => rowsOf(child, depth + 1)),
  ];
}

/** What is not as it should be. A namespace whose cluster is silent stays Available, and is not Ready. */
function markOf({ kind, phase, notReady }: QuotaNode): string | undefined {
  const good = kind === 'Project' ? 'Active' : 'Available';
  return phase === good ? notReady : phase;
}

function cellsOf(use: Use): readonly string[] {
  if (use.kind === 'unlimited') {
    return [use.cluster, 'no limit', '', '', '', ''];
  }
  const { cluster, resource, hard, used } = use;
  const text = (amount: Nanos) => formatExactly(resource, amount);
  // Less than nothing is free where more is used than there is.
  return hard === undefined
    ? [cluster, resource, '-', text(used), '-', '']
    : [cluster, resource, text(hard), text(used), text(hard - used), bar(used, hard)];
}
