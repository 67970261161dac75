import type { Cluster } from '@tke/api-platform';
import type { MemberCluster, MemberClusters } from '@tke/member-cluster';
import type { DeepReadonly } from '@tke/meta';
import { findCondition, setCondition, type CacheReader } from '@tke/runtime';
import type { Clock } from '@tke/time';

import type { HostsScope, ScopeBuilder } from '../build/scope-builder.ts';
import { machinesOf } from '../build/machines-of.ts';
import { healthResult } from '../cluster/health-result.ts';
import type { ClusterPass, PassResult } from '../cluster/provider.ts';
import type { MemberObserver } from '../observe/member-observer.ts';
import { usesBuiltInNetwork } from '../network/built-in-network.ts';
import { without } from '../objects/conditions.ts';
import { withCertificates, withObservation } from '../observe/observation.ts';
import type { CertificateKeeper } from '../renewal/certificate-keeper.ts';
import { renewCertificates, type Renewal, type RenewalTools } from '../renewal/renew-certificates.ts';
import type { MembershipCheck } from './membership-check.ts';
import type { RoutesKeeper } from './routes-keeper.ts';
import { unsupportedChange } from './unsupported-changes.ts';

export interface OperationTools extends RenewalTools {
  readonly members: Pick<MemberClusters, 'get'>;
  readonly observer: Pick<MemberObserver, 'observe'>;
  readonly scopes: Pick<ScopeBuilder, 'clusterHosts' | 'forHosts' | 'forRenewal'>;
  readonly routes: RoutesKeeper;
  readonly membership: MembershipCheck;
  readonly certificates: CertificateKeeper;
  readonly cache: CacheReader;
  readonly clock: Clock;
}

const lookAgainMs = 60_000;
/** As often as the observer looks at a control plane that is not whole. */
const repairedWithinMs = 15_000;

/** One pass over a cluster that is built: what it is like goes into the status, routes follow its Nodes, certificates are renewed in time. */
export async function operateCluster(tools: OperationTools, pass: ClusterPass): Promise<PassResult> {
  const { draft } = pass;
  const member = tools.members.get(draft.object.metadata.name ?? '');
  const scope = scopeOf(tools, pass);
  await tools.certificates.refresh(scope, pass.signal);
  if (member?.health.state === 'Healthy') {
    await lookAfter(tools, pass, { member, scope });
  }
  // Before it is observed: of what begins to answer later nothing is known yet, and another pass follows.
  const unhealthy = healthResult(draft.object, member);
  const lookAgainInMs = await observe(tools, pass, member);
  const renewal = await renewCertificates(tools, pass);
  if (renewal.renewed === true) {
    tools.certificates.invalidate(draft.object.metadata.uid ?? '');
  }
  return soon(
    resultOf(draft.object, unhealthy, renewal),
    Math.min(renewal.requeueAfterMs ?? lookAgainMs, untilNextLook(draft.object), lookAgainInMs),
  );
}

function scopeOf({ scopes }: OperationTools, { draft, signal }: ClusterPass): HostsScope {
  return scopes.forHosts(draft.object, scopes.clusterHosts(draft, signal), signal);
}

function resultOf(
  cluster: DeepReadonly<Cluster>,
  unhealthy: PassResult | undefined,
  { underWay }: Renewal,
): PassResult {
  const problem = unsupportedChange(cluster);
  if (unhealthy !== undefined && underWay !== undefined) {
    // An API server that is restarted does not answer for a while.
    return running({ kind: 'progressing', reason: 'Renewing', message: underWay });
  }
  if (problem !== undefined && unhealthy?.phase !== 'Failed') {
    return running({ kind: 'stalled', error: problem });
  }
  if (unhealthy !== undefined) {
    return unhealthy;
  }
  return running({ kind: 'ready', message: readyMessage(cluster) });
}

/** Resolves with when to do so again, in milliseconds; Infinity where nothing is known to be old. */
async function observe(
  { observer, certificates, clock }: OperationTools,
  { draft, signal }: ClusterPass,
  member: MemberCluster | undefined,
): Promise<number> {
  const others = certificates.known(draft.object);
  const context = { generation: draft.generation, clock };
  const observation = member && (await observer.observe(member, signal, others, draft.object.status?.hosts?.length));
  await draft.update((status) => ({
    ...withCertificates(status, others),
    ...(observation && withObservation(status, observation, context)),
  }));
  return observation?.lookAgainInMs ?? Infinity;
}

/** What takes a way to the hosts, and an API server that answers. One host that does not answer is told, and does not make the cluster unready. */
async function lookAfter(
  tools: OperationTools,
  { draft, signal }: ClusterPass,
  { member, scope }: { readonly member: MemberCluster; readonly scope: HostsScope },
): Promise<void> {
  const { routes, membership, certificates, cache, clock } = tools;
  const found = [
    await routes.keep(member, scope, signal),
    await membership.check(member, scope, machinesOf(cache, draft.object), signal),
    await certificates.keep(scope, signal),
  ].filter((condition) => condition !== undefined);
  const context = { generation: draft.generation, clock };
  const gone = obsolete(scope.cluster, found);
  await draft.update(({ conditions }) => ({
    conditions: found.reduce((list, condition) => setCondition(list, condition, context), without(conditions, gone)),
  }));
}

/** Conditions that do not apply any more. That of routes may be missing as well because the Nodes have not been seen yet. */
function obsolete(cluster: DeepReadonly<Cluster>, found: readonly { readonly type: string }[]): readonly string[] {
  const asksWebhook = found.some(({ type }) => type === 'AuthorizationCurrent');
  return [...(asksWebhook ? [] : ['AuthorizationCurrent']), ...(usesBuiltInNetwork(cluster) ? [] : ['RoutesComplete'])];
}

function running(outcome: PassResult['outcome']): PassResult {
  return { outcome, phase: 'Running', requeueAfterMs: lookAgainMs };
}

function soon(result: PassResult, withinMs: number): PassResult {
  return { ...result, requeueAfterMs: Math.min(result.requeueAfterMs ?? lookAgainMs, withinMs) };
}

/** Nobody tells that what a control plane lacked is there again. */
function untilNextLook({ status }: DeepReadonly<Cluster>): number {
  return findCondition(status?.conditions, 'ControlPlaneHealthy')?.status === 'False' ? repairedWithinMs : lookAgainMs;
}

function readyMessage({ status }: DeepReadonly<Cluster>): string {
  const { version = '', nodes } = status ?? {};
  const counted = nodes === undefined ? '' : `, ${nodes.ready} of ${nodes.total} nodes ready`;
  return `Kubernetes ${version}${counted}.`;
}
