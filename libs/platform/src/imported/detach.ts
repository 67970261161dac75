import type { Cluster, Leftover } from '@tke/api-platform';
import { errorMessage, isCoded } from '@tke/errors';
import type { MemberCluster } from '@tke/member-cluster';
import type { DeepReadonly } from '@tke/meta';
import { wholeTarget, type Step } from '@tke/plan';

import { timestampOf } from '../observe/timestamp.ts';
import { removeMark, type MarkOwner } from './cluster-mark.ts';
import { identityChanged } from './identity.ts';
import { markStep } from './import-steps.ts';
import { unreachable } from './reachability.ts';

export interface DetachScope {
  readonly cluster: DeepReadonly<Cluster>;
  readonly member: MemberCluster | undefined;
  readonly owner: MarkOwner;
  /** Milliseconds since the epoch; what cannot be cleaned up by then is left behind. */
  readonly deadline: number;
  readonly leaveBehind: (leftover: Leftover) => void;
}

/** As TKEStack. */
const cleanStep = 'EnsureCleanClusterMark';
const retryAfterMs = 5_000;

/** Takes out of a cluster what an import put into it. Ends, whatever has become of the cluster. */
export const detachSteps: readonly Step<DetachScope>[] = [
  {
    name: cleanStep,
    // A cluster that was never marked, e.g. because its address is wrong, is not waited for.
    targets: ({ cluster }) => (mayBeMarked(cluster) ? [wholeTarget] : []),
    run: async (scope, { signal, clock }) => {
      const problem = await clean(scope, signal);
      if (problem === undefined) {
        return undefined;
      }
      if (!problem.isFinal && clock.now() < scope.deadline) {
        return { message: `${problem.message}; given up at ${timestampOf(scope.deadline)}`, retryAfterMs };
      }
      scope.leaveBehind({
        host: addressOf(scope),
        what: `ConfigMap kube-system/tke, which marks the cluster as imported: ${problem.message}`,
        remedy: 'Run in the cluster: kubectl -n kube-system delete configmap tke',
      });
      return undefined;
    },
  },
];

interface Problem {
  readonly message: string;
  /** It will not go away by waiting. */
  readonly isFinal: boolean;
}

async function clean({ cluster, member, owner }: DetachScope, signal: AbortSignal): Promise<Problem | undefined> {
  const stranger = member && identityChanged(cluster, member.facts?.uid);
  if (stranger !== undefined) {
    return { message: stranger.message, isFinal: true };
  }
  if (member === undefined) {
    return { message: 'there is no connection to the cluster', isFinal: false };
  }
  try {
    await removeMark(member.client, owner, signal);
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    const cause = isCoded(error, 'MemberNotReady') ? unreachable(member.health) : error;
    return { message: errorMessage(cause), isFinal: false };
  }
}

function mayBeMarked({ status }: DeepReadonly<Cluster>): boolean {
  const begun = status?.plan?.journal?.some(({ step }) => step === markStep || step === cleanStep) ?? false;
  return begun || status?.uid !== undefined;
}

function addressOf({ cluster, member }: DetachScope): string {
  const [first] = cluster.spec.addresses ?? [];
  return member?.config?.server.host ?? first?.host ?? cluster.metadata.name ?? '';
}
