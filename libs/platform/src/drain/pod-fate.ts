import type { DeepReadonly } from '@tke/meta';

import type { Pod } from '../steps/node/pod.ts';

/** What a drain does with a pod. */
export type PodFate =
  /** It is in nobody's way. */
  | { readonly kind: 'leave' }
  | { readonly kind: 'evict' }
  /** It has to go, and there is nothing to do but wait; `obstacle`: something seems to be in its way. */
  | { readonly kind: 'wait'; readonly obstacle?: string };

export interface FateOptions {
  /** Pods that no controller makes again. `keep`: until somebody deletes them. */
  readonly withoutController: 'evict' | 'keep';
  /** Pods that are being deleted while their kubelet is silent: nobody will ever say that they have ended. */
  readonly unconfirmed: 'leave' | 'wait';
}

// core/v1 MirrorPodAnnotationKey: the API server's image of a static pod, which an eviction would not end.
const mirrorAnnotation = 'kubernetes.io/config.mirror';

/** After the end of its time: the kubelet needs a moment to kill containers, and says so at its next report. */
const overdueMs = 30_000;

const alone = 'no controller would make it again: delete it, or delete the Machine, which evicts it too';

/**
 * As `kubectl drain --ignore-daemonsets --delete-emptydir-data` (k8s.io/kubectl/pkg/drain/filters.go), except that finished pods are
 * left for people to read their logs; the collector of pods takes them when their Node is deleted.
 */
export function podFate(pod: DeepReadonly<Pod>, options: FateOptions, now: number): PodFate {
  const { annotations, ownerReferences, deletionTimestamp, finalizers = [] } = pod.metadata;
  const controller = ownerReferences?.find((owner) => owner.controller === true);
  if (annotations?.[mirrorAnnotation] !== undefined || controller?.kind === 'DaemonSet' || isFinished(pod)) {
    return { kind: 'leave' };
  }
  if (deletionTimestamp !== undefined) {
    return options.unconfirmed === 'leave' ? { kind: 'leave' } : ending(deletionTimestamp, finalizers, now);
  }
  return controller === undefined && options.withoutController === 'keep'
    ? { kind: 'wait', obstacle: alone }
    : { kind: 'evict' };
}

/** The API sets `deletionTimestamp` to the end of the pod's grace period. */
function ending(deletionTimestamp: string, finalizers: readonly string[], now: number): PodFate {
  if (now < Date.parse(deletionTimestamp) + overdueMs) {
    return { kind: 'wait' };
  }
  const why = finalizers.length === 0 ? 'see the log of the kubelet' : `its finalizers are ${finalizers.join(', ')}`;
  return { kind: 'wait', obstacle: `should have ended at ${deletionTimestamp}: ${why}` };
}

function isFinished({ status }: DeepReadonly<Pod>): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}
