import type { DeepReadonly } from '@tke/meta';

import type { Node } from './node.ts';

/**
 * On a Node: which of its labels, annotations and taints came from spec, and whether its cordon did. So what leaves
 * spec leaves the Node, and what somebody else put there stays. As kubectl's last-applied-configuration, for the parts
 * that are ours.
 */
export const appliedMarksAnnotation = 'platform.tkestack.io/applied';

/** The content of the annotation: keys of labels and annotations, and `key:effect` of taints. */
export interface AppliedMarks {
  readonly labels: readonly string[];
  readonly annotations: readonly string[];
  readonly taints: readonly string[];
  readonly cordoned: boolean;
}

/** What cannot be read counts as nothing: then something of ours stays, and nothing of anybody else's goes. */
export function appliedMarks({ metadata }: DeepReadonly<Pick<Node, 'metadata'>>): AppliedMarks {
  const { labels, annotations, taints, cordoned } = parsed(metadata.annotations?.[appliedMarksAnnotation]);
  return { labels: texts(labels), annotations: texts(annotations), taints: texts(taints), cordoned: cordoned === true };
}

/** Whether the Node keeps new pods off, and nothing in spec asked for it: by `kubectl cordon`, for instance. */
export function isCordonedByOthers(node: DeepReadonly<Node>): boolean {
  return node.spec?.unschedulable === true && !appliedMarks(node).cordoned;
}

function parsed(text = ''): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
