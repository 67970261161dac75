import { memberLabels } from '@tke/api-business';
import type { DeepReadonly, KubeObject, ObjectKey } from '@tke/meta';

type Labelled = DeepReadonly<Pick<KubeObject, 'metadata'>>;

/** On a namespace of a member, and on the quota and limit range in it: which Namespace object they belong to. */
export function labelsFor({ namespace = '', name }: ObjectKey): Record<string, string> {
  return { [memberLabels.project]: namespace, [memberLabels.namespace]: name };
}

/** Project and Namespace, as far as labels tell. */
export function labelsOf({ metadata: { labels } }: Labelled) {
  return { project: labels?.[memberLabels.project], namespace: labels?.[memberLabels.namespace] };
}

/** Whether both labels are there and name the Namespace object. */
export function belongsTo(object: Labelled, { namespace = '', name }: ObjectKey): boolean {
  const labels = labelsOf(object);
  return labels.project === namespace && labels.namespace === name;
}
