import { cluster as clusterKind, type Cluster, type Leftover } from '@tke/api-platform';
import type { CodedError } from '@tke/errors';
import type { MemberCluster, MemberClusters } from '@tke/member-cluster';
import type { DeepReadonly } from '@tke/meta';
import type { PlanOutcome, PlanRunner } from '@tke/plan';
import { findCondition, type CacheReader, type EventRecorder } from '@tke/runtime';
import { withJitter, type Clock, type Random } from '@tke/time';

import { withLeftovers } from '../objects/leftovers.ts';
import type { ClusterPass, ClusterProvider, PassResult } from '../cluster/provider.ts';
import { advancePlan, resultOf } from '../objects/advance-plan.ts';
import { isSilence } from '../objects/silence.ts';
import type { MemberObserver } from '../observe/member-observer.ts';
import { withObservation } from '../observe/observation.ts';
import type { MarkOwner } from './cluster-mark.ts';
import { detachSteps } from './detach.ts';
import { identityChanged } from './identity.ts';
import { claimed, importSteps, markStep } from './import-steps.ts';
import { addressesIn } from './observed-addresses.ts';
import { unreachable } from './reachability.ts';

export interface ImportedProviderOptions {
  /** Of the hub: the Clusters. */
  readonly cache: CacheReader;
  readonly members: Pick<MemberClusters, 'get'>;
  readonly observer: MemberObserver;
  readonly runner: Pick<PlanRunner, 'advance'>;
  readonly recorder: EventRecorder;
  /** What this hub is called in the clusters it marks, e.g. the UID of its namespace kube-system. */
  readonly hub: string;
  readonly clock: Clock;
  readonly random: Random;
  /** How long a cluster that does not answer is waited for when it is detached. Default 120,000 ms. */
  readonly detachTimeoutMs?: number;
}

const observeEveryMs = 60_000;
const askAgainMs = 30_000;
const verdictWithinMs = 5_000;

/** Clusters that somebody else runs: looked after, and left as they are but for a mark that says whose they are. */
export class ImportedProvider implements ClusterProvider {
  readonly #options: ImportedProviderOptions;

  constructor(options: ImportedProviderOptions) {
    this.#options = options;
  }

  async reconcile(pass: ClusterPass): Promise<PassResult> {
    const { metadata, status } = pass.draft.object;
    const member = this.#options.members.get(metadata.name ?? '');
    if (member === undefined) {
      return connecting('the manager is about to connect to the cluster');
    }
    const isImported = status?.plan?.operation === 'Import' && status.plan.finishedAt !== undefined;
    if (isImported) {
      return this.#lookAfter(pass, member);
    }
    return (await this.#import(pass, member)) ?? this.#lookAfter(pass, member);
  }

  async remove({ draft, signal }: ClusterPass): Promise<PassResult | 'removed'> {
    const { runner, members, recorder } = this.#options;
    const cluster = draft.object;
    const { plan: last } = cluster.status ?? {};
    if (last?.operation === 'Delete' && last.finishedAt !== undefined) {
      return 'removed'; // all was done, and then only the finalizer was not removed
    }
    const leftovers: Leftover[] = [];
    const scope = {
      cluster,
      member: members.get(cluster.metadata.name ?? ''),
      owner: this.#ownerOf(cluster),
      deadline: this.#deadlineOf(cluster),
      leaveBehind: (leftover: Leftover) => void leftovers.push(leftover),
    };
    const plan = { runner, operation: 'Delete', steps: detachSteps, scope, skip: skipped(cluster), signal } as const;
    const outcome = await advancePlan(draft, { ...plan, interrupted: () => false });
    if (outcome.kind !== 'done') {
      return { ...resultOf(outcome, 'Detaching'), phase: 'Terminating' };
    }
    if (leftovers.length > 0) {
      await draft.update(({ leftBehind = [] }) => ({ leftBehind: withLeftovers(leftBehind, leftovers) }));
      const note = leftovers.map(({ host, what, remedy }) => `${host}: ${what}. ${remedy}`).join('; ');
      recorder.event(draft.object, 'Warning', 'LeftBehind', 'Detach', note);
    }
    return 'removed';
  }

  /** Undefined when the cluster is imported. */
  async #import({ draft, signal }: ClusterPass, member: MemberCluster): Promise<PassResult | undefined> {
    const { runner } = this.#options;
    const cluster = draft.object;
    let refusal: CodedError | undefined;
    let identity: string | undefined;
    const scope = {
      ...this.#surroundings(cluster, member),
      identify: (uid: string) => void (identity = uid),
      refuse: (error: CodedError) => {
        refusal = error;
        return { message: error.message, retryAfterMs: askAgainMs };
      },
    };
    const plan = { runner, operation: 'Import', steps: importSteps, scope, skip: skipped(cluster), signal } as const;
    const interrupted = () => draft.object.metadata.deletionTimestamp !== undefined;
    const outcome = await advancePlan(draft, { ...plan, interrupted });
    if (outcome.kind === 'done') {
      // Not before: two Clusters that are both refused must not be in each other's way.
      await draft.update(({ uid }) => ({ uid: identity ?? uid }));
      return undefined;
    }
    refusal ??= member.health.state === 'Unhealthy' ? unreachable(member.health) : undefined;
    return refusal === undefined ? importing(outcome) : this.#refused(refusal);
  }

  async #lookAfter(pass: ClusterPass, member: MemberCluster): Promise<PassResult> {
    const stranger = identityChanged(pass.draft.object, member.facts?.uid);
    if (stranger !== undefined) {
      return this.#refused(stranger);
    }
    switch (member.health.state) {
      case 'Healthy':
        return this.#meet(pass, member);
      case 'Unhealthy':
        await this.#observe(pass, member);
        return this.#refused(unreachable(member.health));
      default:
        return undecided(pass.draft.object);
    }
  }

  /** A cluster that answers. */
  async #meet(pass: ClusterPass, member: MemberCluster): Promise<PassResult> {
    const { draft, signal } = pass;
    const refusal = await this.#keepMark(draft.object, member, signal);
    if (refusal === 'silence') {
      return undecided(draft.object);
    }
    if (refusal !== undefined) {
      return this.#refused(refusal);
    }
    const lookAgainInMs = await this.#observe(pass, member);
    const message = `The cluster answers. It runs Kubernetes ${draft.object.status?.version ?? ''}.`;
    const requeueAfterMs = Math.min(this.#about(observeEveryMs), lookAgainInMs);
    return { outcome: { kind: 'ready', message }, phase: 'Running', requeueAfterMs };
  }

  /** Puts the mark back that somebody took away, and finds out when the cluster was given to another hub. */
  async #keepMark(
    cluster: DeepReadonly<Cluster>,
    member: MemberCluster,
    signal: AbortSignal,
  ): Promise<CodedError | 'silence' | undefined> {
    if (skipped(cluster).includes(markStep)) {
      return undefined;
    }
    try {
      return await claimed(this.#surroundings(cluster, member), signal);
    } catch (error) {
      signal.throwIfAborted();
      if (isSilence(error)) {
        return 'silence';
      }
      throw error;
    }
  }

  /** Resolves with when to do so again, in milliseconds; Infinity where nothing is known to be old. */
  async #observe({ draft, signal }: ClusterPass, member: MemberCluster): Promise<number> {
    const { observer, clock } = this.#options;
    const observation = await observer.observe(member, signal);
    const { metadata, spec } = draft.object;
    const addresses = spec.addresses?.length ? spec.addresses : addressesIn(member.config);
    const context = { generation: metadata.generation, clock };
    await draft.update((status) => ({
      ...withObservation(status, observation, context),
      ...(addresses !== undefined && { addresses }),
    }));
    return observation.lookAgainInMs ?? Infinity;
  }

  #refused(error: CodedError): PassResult {
    const kind = error.class === 'NeedsUser' ? 'stalled' : 'retrying';
    return { outcome: { kind, error }, phase: 'Failed', requeueAfterMs: this.#about(askAgainMs) };
  }

  #surroundings(cluster: DeepReadonly<Cluster>, member: MemberCluster) {
    const clusters = () => this.#options.cache.list<Cluster>(clusterKind);
    return { cluster, member, clusters, owner: this.#ownerOf(cluster) };
  }

  #ownerOf({ metadata: { name = '', uid = '' } }: DeepReadonly<Cluster>): MarkOwner {
    return { hub: this.#options.hub, cluster: name, uid };
  }

  #deadlineOf({ metadata: { deletionTimestamp } }: DeepReadonly<Cluster>): number {
    const { clock, detachTimeoutMs = 120_000 } = this.#options;
    const begin = deletionTimestamp === undefined ? clock.now() : Date.parse(deletionTimestamp);
    return begin + detachTimeoutMs;
  }

  /** So that clusters that were imported together are not looked at together for ever. */
  #about(durationMs: number): number {
    return withJitter(durationMs, 0.1, this.#options.random);
  }
}

function skipped({ spec }: DeepReadonly<Cluster>): readonly string[] {
  return spec.features?.skipConditions ?? [];
}

function connecting(message: string): PassResult {
  const outcome = { kind: 'progressing', reason: 'Connecting', message } as const;
  return { outcome, phase: 'Initializing', requeueAfterMs: verdictWithinMs };
}

function importing(outcome: Exclude<PlanOutcome, { readonly kind: 'done' }>): PassResult {
  return { ...resultOf(outcome, 'Importing'), phase: outcome.kind === 'stalled' ? 'Failed' : 'Initializing' };
}

/** There is no verdict on the member, as after a start of the manager: what was said of it last stands. */
function undecided({ status }: DeepReadonly<Cluster>): PassResult {
  const ready = findCondition(status?.conditions, 'Ready');
  if (ready?.status !== 'True') {
    return { ...connecting('waiting for an answer of the API server'), phase: status?.phase ?? 'Initializing' };
  }
  const outcome = { kind: 'ready', message: ready.message } as const;
  return { outcome, phase: 'Running', requeueAfterMs: verdictWithinMs };
}
