import { wholeTarget, type Step } from '@tke/plan';

import type { BuildScope } from '../../build/scope.ts';
import { isJoinable } from '../../cluster/built.ts';
import { noLimitMs } from '../no-limit.ts';

// The Machine is looked at again when its Cluster comes so far; this is for a watch that has missed it.
const retryAfterMs = 60_000;

/** Hosts are prepared while the control plane is made, and wait here: what comes next asks its API server. */
export const ensureClusterJoinable: Step<BuildScope> = {
  name: 'EnsureClusterJoinable',
  targets: () => [wholeTarget],
  limitMs: noLimitMs, // how long a control plane may take is a matter of its own plan
  run({ cluster }) {
    const { name = '' } = cluster.metadata;
    const message = `waiting for the control plane of Cluster ${name}, which no host can join yet`;
    return Promise.resolve(isJoinable(cluster) ? undefined : { message, retryAfterMs });
  },
};
