import type { Cluster } from '@tke/api-platform';
import type { MemberCluster, MemberClusters } from '@tke/member-cluster';
import type { DeepReadonly } from '@tke/meta';
import { setCondition, type CacheReader } from '@tke/runtime';
import type { Clock } from '@tke/time';

import type { ScopeBuilder } from '../build/scope-builder.ts';
import { machinesOf } from '../build/machines-of.ts';
import { healthResult } from '../cluster/health-result.ts';
import type { ClusterPass, PassResult } from '../cluster/provider.ts';
import { platformErrors } from '../errors.ts';
import type { MemberObserver } from '../observe/member-observer.ts';
import { withObservation } from '../observe/observation.ts';
import type { MembershipCheck } from './membership-check.ts';
import type { RoutesKeeper } from './routes-keeper.ts';
import { unsupportedChange } from './unsupported-changes.ts';

export interface OperationTools {
  readonly members: Pick<MemberClusters, 'get'>;
  readonly observer: Pick<MemberObserver, 'observe'>;
  readonly scopes: Pick<ScopeBuilder, 'clusterHosts' | 'forHosts'>;
  readonly routes: RoutesKeeper;
  readonly membership: MembershipCheck;
  readonly cache: CacheReader;
  readonly clock: Clock;
}

const lookAgainMs = 60_000;

/** One pass over a cluster that is built: what it is like goes into the status, and routes follow its Nodes. */
export async function operateCluster(tools: OperationTools, pass: ClusterPass): Promise<PassResult> {
  const { draft } = pass;
  const member = tools.members.get(draft.object.metadata.name ?? '');
  await observe(tools, pass, member);
  const unrouted = member?.health.state === 'Healthy' ? await lookAfter(tools, pass, member) : undefined;
  const problem = unsupportedChange(draft.object);
  const unhealthy = healthResult(draft.object, member);
  if (problem !== undefined && unhealthy?.phase !== 'Failed') {
    return running({ kind: 'stalled', error: problem });
  }
  if (unhealthy !== undefined) {
    return unhealthy;
  }
  return running(
    unrouted === undefined
      ? { kind: 'ready', message: readyMessage(draft.object) }
      : { kind: 'retrying', error: platformErrors.RoutesIncomplete(unrouted) },
  );
}

async function observe(
  { observer, clock }: OperationTools,
  { draft, signal }: ClusterPass,
  member: MemberCluster | undefined,
): Promise<void> {
  if (member !== undefined) {
    const observation = await observer.observe(member, signal);
    const context = { generation: draft.generation, clock };
    await draft.update((status) => withObservation(status, observation, context));
  }
}

/** What takes a way to the hosts, and an API server that answers. Resolves with what is wrong with the routes, one sentence. */
async function lookAfter(
  { routes, membership, scopes, cache, clock }: OperationTools,
  { draft, signal }: ClusterPass,
  member: MemberCluster,
): Promise<string | undefined> {
  const scope = scopes.forHosts(draft.object, scopes.clusterHosts(draft, signal), signal);
  const unrouted = await routes.keep(member, scope, signal);
  const condition = await membership.check(member, scope, machinesOf(cache, draft.object), signal);
  if (condition !== undefined) {
    await draft.update(({ conditions }) => ({
      conditions: setCondition(conditions, condition, { generation: draft.generation, clock }),
    }));
  }
  return unrouted;
}

function running(outcome: PassResult['outcome']): PassResult {
  return { outcome, phase: 'Running', requeueAfterMs: lookAgainMs };
}

function readyMessage({ status }: DeepReadonly<Cluster>): string {
  const { version = '', nodes } = status ?? {};
  const counted = nodes === undefined ? '' : `, ${nodes.ready} of ${nodes.total} nodes ready`;
  return `Kubernetes ${version}${counted}.`;
}
