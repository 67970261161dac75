/** What a tool that follows kstatus makes of an object. */
export type Kstatus = 'Terminating' | 'InProgress' | 'Failed' | 'Current';

/** The part of an object that kstatus reads. */
export interface StatusBearer {
  readonly metadata: { readonly generation?: number; readonly deletionTimestamp?: string };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

/**
 * sigs.k8s.io/cli-utils pkg/kstatus/status for custom resources: deletionTimestamp, then observedGeneration, then the conditions
 * Reconciling and Stalled in the order in which they stand, then Ready. What has none of these is Current.
 */
export function kstatus({ metadata, status = {} }: StatusBearer): Kstatus {
  if (metadata.deletionTimestamp !== undefined) {
    return 'Terminating';
  }
  const { observedGeneration, conditions = [] } = status;
  if (observedGeneration !== undefined && observedGeneration !== metadata.generation) {
    return 'InProgress';
  }
  const first = conditions.find(
    (condition) => ['Reconciling', 'Stalled'].includes(condition.type) && condition.status === 'True',
  );
  if (first !== undefined) {
    return first.type === 'Reconciling' ? 'InProgress' : 'Failed';
  }
  const ready = conditions.find(({ type }) => type === 'Ready');
  return ready === undefined || ready.status === 'True' ? 'Current' : 'InProgress';
}
