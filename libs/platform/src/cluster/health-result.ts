import type { Cluster } from '@tke/api-platform';
import { CodedError } from '@tke/errors';
import type { MemberCluster } from '@tke/member-cluster';
import type { DeepReadonly } from '@tke/meta';
import { findCondition } from '@tke/runtime';

import type { PassResult } from './provider.ts';

const lookAgainMs = 60_000;
/** A verdict takes three probes. */
const verdictWithinMs = 5_000;

/** How a cluster that was made is told while it cannot be relied on; undefined when it answers. */
export function healthResult(
  cluster: DeepReadonly<Cluster>,
  member: MemberCluster | undefined,
): PassResult | undefined {
  const { state = 'Unknown', lastError = notAnswering } = member?.health ?? {};
  switch (state) {
    case 'Healthy':
    case 'Suspect':
      return undefined;
    case 'Unknown':
      return undecided(cluster);
    case 'Unhealthy': {
      const { code, message, remedy, class: errorClass } = lastError;
      const error = new CodedError(code, { class: errorClass, remedy }, message);
      const kind = errorClass === 'NeedsUser' ? 'stalled' : 'retrying';
      return { outcome: { kind, error }, phase: 'Failed', requeueAfterMs: lookAgainMs };
    }
  }
}

/** After a start of the manager nothing is known of any member: what was said last stands, or all of them would seem to fail. */
function undecided({ status }: DeepReadonly<Cluster>): PassResult {
  const ready = findCondition(status?.conditions, 'Ready');
  const requeueAfterMs = verdictWithinMs;
  if (ready?.status === 'True') {
    return { outcome: { kind: 'ready', message: ready.message }, phase: 'Running', requeueAfterMs };
  }
  const message = 'the platform is about to connect to the cluster';
  const phase = status?.phase === 'Failed' ? 'Failed' : 'Running';
  return { outcome: { kind: 'progressing', reason: 'Connecting', message }, phase, requeueAfterMs };
}

const notAnswering = {
  code: 'MemberNotReady',
  class: 'Retryable',
  message: 'the API server does not answer',
  remedy: 'Look at the hosts of its control plane.',
} as const;
