import { errorMessage } from '@tke/errors';
import { wholeTarget, type Attempt, type Waiting } from '@tke/plan';

import { drainNode } from '../drain/drain-node.ts';
import { begunDrain, deadlineOf, drainAfter, remains, type DrainStatus } from '../drain/drain-status.ts';
import { findNodeOf } from '../machine/find-node.ts';
import { nodeKind, readyCondition } from '../steps/node/node.ts';
import type { RemovalScope, RemovalStep } from './removal-scope.ts';

const pollMs = 3_000;

/** A cluster whose API server is gone does not hold its Machines for as long as pods would have had. */
const silenceMs = 300_000;

/**
 * Takes the pods off the Node, and lets the removal go on when their time is over: what runs then ends with the reset of the host, or is
 * collected after its Node.
 */
export const ensureDrain: RemovalStep = {
  name: 'EnsureDrain',
  targets: () => [wholeTarget],
  // Its own end is spec.drainTimeoutSeconds, which is 86,400 at most.
  limitMs: 90_000_000,
  async run(scope, attempt) {
    const { draft } = scope;
    const drain = draft.object.status?.drain ?? begunDrain(draft.object, attempt.clock.now());
    if (attempt.clock.now() > deadlineOf(draft.object, drain)) {
      const rest = drain.remaining === 0 ? 'nothing is known of its pods' : remains(drain);
      scope.warn('DrainGivenUp', `The removal goes on, as the time of its pods is over: ${rest}.`);
      return undefined;
    }
    try {
      return await onePass(scope, drain, attempt);
    } catch (error) {
      attempt.signal.throwIfAborted();
      return withoutMember(scope, drain, error);
    }
  },
};

async function onePass(
  scope: RemovalScope,
  drain: DrainStatus,
  { clock, signal }: Attempt,
): Promise<Waiting | undefined> {
  const { draft } = scope;
  await draft.update(() => ({ drain }));
  const client = scope.member();
  const node = await findNodeOf(client, draft.object, signal);
  if (node === undefined) {
    return undefined;
  }
  const { name = '' } = node.metadata;
  if (node.spec?.unschedulable !== true) {
    await client.patch(nodeKind, { name }, { type: 'merge', body: { spec: { unschedulable: true } } }, { signal });
  }
  const unconfirmed = readyCondition(node)?.status === 'Unknown' ? 'leave' : 'wait';
  const pass = await drainNode(client, name, { withoutController: 'evict', unconfirmed, clock, signal });
  const after = drainAfter(draft.object, drain, pass);
  await draft.update(() => ({ drain: after }));
  return pass.remaining === 0 ? undefined : { message: remains(after), retryAfterMs: pollMs };
}

/** Whatever keeps the API server from being asked: it may end before the pods' time does. */
function withoutMember(scope: RemovalScope, drain: DrainStatus, error: unknown): Waiting | undefined {
  const why = errorMessage(error).replace(/\.$/, '');
  if (scope.memberSilentMs() > silenceMs) {
    scope.warn('DrainGivenUp', `The removal goes on without a drain: ${why}.`);
    return undefined;
  }
  return { message: `${why}; the drain is tried until ${drain.deadline ?? ''}`, retryAfterMs: pollMs };
}
