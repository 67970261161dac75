import { isConflict, isForbidden, isNotFound, isTooManyRequests, KubeApiError, type Writer } from '@tke/kube-client';
import { keyOf, keyString, type DeepReadonly } from '@tke/meta';
import type { Clock } from '@tke/time';

import { podKind, type Pod } from '../steps/node/pod.ts';

export interface EvictOptions {
  /** Default: the pod's own. */
  readonly gracePeriodSeconds?: number | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

// The API server answers 429 with "Retry-After: 10" for a budget that its controller has not looked at yet, and clients wait that
// long by themselves, up to ten times. The drain asks again anyway, and has other pods to see to.
const answerMs = 5_000;

/**
 * Asks for the eviction of a pod. Resolves with undefined when it was granted or the pod is gone, else with what is in its way.
 * Rejects when the API server cannot be asked.
 */
export async function evict(
  client: Pick<Writer, 'create'>,
  pod: DeepReadonly<Pod>,
  { gracePeriodSeconds, clock, signal }: EvictOptions,
): Promise<string | undefined> {
  const { uid } = pod.metadata;
  const key = keyOf(pod);
  const eviction = {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { ...key },
    // Of this pod: a StatefulSet makes the next one under the same name, elsewhere.
    deleteOptions: { ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }), preconditions: { uid } },
  };
  const patience = new AbortController();
  const timer = clock.setTimer(answerMs, () => patience.abort());
  try {
    const options = { subresource: 'eviction', signal: AbortSignal.any([signal, patience.signal]) };
    await client.create(podKind, eviction, options);
    return undefined;
  } catch (error) {
    if (patience.signal.aborted && !signal.aborted) {
      return `the API server has not decided on the eviction of ${keyString(key)} within ${answerMs / 1000} s`;
    }
    return obstacle(error);
  } finally {
    timer.cancel();
  }
}

function obstacle(error: unknown): string | undefined {
  // The other pod of the name is not the one that was on the node.
  if (isNotFound(error) || isConflict(error)) {
    return undefined;
  }
  // 403: the namespace is being deleted, or the budget's status makes no sense. 500: several budgets select the pod.
  const refused = isTooManyRequests(error) || isForbidden(error) || isSeveralBudgets(error);
  if (!refused) {
    throw error;
  }
  return causes(error) ?? error.status.message ?? error.message;
}

function isSeveralBudgets(error: unknown): error is KubeApiError {
  return error instanceof KubeApiError && error.httpStatus === 500 && error.message.includes('PodDisruptionBudget');
}

/** The cause names the budget, the message does not. */
function causes(error: KubeApiError): string | undefined {
  const messages = error.causes.flatMap(({ message }) => (message === undefined ? [] : [message]));
  return messages.length === 0 ? undefined : messages.join('; ');
}
