import { errorMessage, isCoded } from '@tke/errors';
import { isConflict, isNotFound } from '@tke/kube-client';
import type { MemberCluster } from '@tke/member-cluster';
import { coreKinds, keyOf } from '@tke/meta';
import { removeFinalizer, type Request, type Result } from '@tke/runtime';

import { lockOf } from '../emigration/lock.ts';
import { isSameTenant } from '../objects/is-same-tenant.ts';
import { clusterKind, namespaceKind } from '../objects/kinds.ts';
import { saveStatus } from '../objects/save-status.ts';
import { parentProject } from '../project/tree.ts';
import type { Claimant } from './claimants.ts';
import { heldAtMost, rivalsOf, type NamespaceTools } from './context.ts';
import { pod } from './member-kinds.ts';
import { namespaceFinalizer } from './names.ts';
import { isMoving, ownershipOf, type MemberNamespace } from './ownership.ts';
import { chargeFor } from './quota-decision.ts';
import { namespaceReport, seenBefore } from './report.ts';

const lookAgainMs = 15_000;

type Cleaning =
  | { readonly kind: 'done' }
  /** Waits for the end of something, until the time is up. `looksAgain`: nothing tells when it has ended. */
  | { readonly kind: 'waits'; readonly message: string; readonly looksAgain: boolean; readonly isOurs?: true }
  /** It never will be done. */
  | { readonly kind: 'impossible'; readonly message: string };

const done: Cleaning = { kind: 'done' };

/**
 * Takes the namespace out of the member, when it is ours, and waits for its end, because its quota is not to be handed on while pods still
 * run there; pods that outlive the time, as their grace is theirs to choose, are ended by force. Ends in any case: what cannot be removed
 * in time is left behind, and told by an event.
 */
export class NamespaceDeletion {
  readonly #tools: NamespaceTools;
  readonly #giveUpAfterMs: number;

  constructor(tools: NamespaceTools, giveUpAfterMs: number) {
    this.#tools = tools;
    this.#giveUpAfterMs = giveUpAfterMs;
  }

  async advance(claimant: Claimant, request: Request, signal: AbortSignal): Promise<Result | undefined> {
    const cleaning = await this.#clean(claimant, request, signal);
    const leftMs = this.#deadlineOf(claimant) - this.#tools.clock.now();
    if (cleaning.kind === 'waits' && leftMs > 0) {
      await this.#saveWaiting(claimant, cleaning.message, signal);
      return { requeueAfterMs: cleaning.looksAgain ? Math.min(lookAgainMs, leftMs) : leftMs };
    }
    if (cleaning.kind !== 'done') {
      await this.#endPods(claimant, cleaning, signal);
      this.#leaveBehind(claimant, cleaning.message);
    }
    await removeFinalizer(this.#tools.client, namespaceKind, claimant, namespaceFinalizer, { signal });
    return undefined;
  }

  async #clean(claimant: Claimant, request: Request, signal: AbortSignal): Promise<Cleaning> {
    const { cache, members } = this.#tools;
    const { clusterName } = claimant.spec;
    if (lockOf(cache, request) !== undefined) {
      return { kind: 'waits', message: 'a move of the namespace to another project is under way', looksAgain: true };
    }
    const cluster = cache.get(clusterKind, { name: clusterName });
    if (cluster !== undefined && !isSameTenant(cluster, claimant)) {
      return done;
    }
    const member = members.get(clusterName);
    if (member?.health.state !== 'Healthy') {
      return this.#withoutMember(claimant, cluster !== undefined);
    }
    return this.#removeFrom(member, claimant, signal);
  }

  /** Nothing is put into a member without a charge: there is nothing to wait for where none ever was. */
  #withoutMember(claimant: Claimant, isKnown: boolean): Cleaning {
    const { clusterName } = claimant.spec;
    const held = claimant.status?.cachedSpecHard ?? undefined;
    if (held === undefined && chargeFor(claimant, parentProject(claimant, this.#tools.cache)) === undefined) {
      return done;
    }
    return isKnown
      ? { kind: 'waits', message: `cluster ${clusterName} does not answer`, looksAgain: false }
      : { kind: 'impossible', message: `there is no Cluster ${clusterName} any more` };
  }

  async #removeFrom(member: MemberCluster, claimant: Claimant, signal: AbortSignal): Promise<Cleaning> {
    try {
      return await this.#remove(member, claimant, signal);
    } catch (error) {
      if (isNotFound(error)) {
        return done;
      }
      // Somebody changed it at this moment: what it is now has to be looked at first.
      if (signal.aborted || isConflict(error)) {
        throw error;
      }
      const message = `cluster ${member.name} refuses, or does not answer: ${errorMessage(error)}`;
      return { kind: 'waits', message, looksAgain: !isCoded(error, 'MemberNotReady', 'MemberGone') };
    }
  }

  async #remove({ client }: MemberCluster, claimant: Claimant, signal: AbortSignal): Promise<Cleaning> {
    const key = { name: claimant.spec.namespace };
    const found = await client.get(coreKinds.namespace, key, { signal });
    const { kind } = ownershipOf(found, claimant, rivalsOf(this.#tools, claimant));
    // Strayed is ours as well: what runs there would go on without a charge.
    if ((kind !== 'ours' && kind !== 'strayed') || isMoving(claimant)) {
      return done;
    }
    const { uid = '', resourceVersion = '', deletionTimestamp } = found.metadata;
    if (deletionTimestamp === undefined) {
      const preconditions = { uid, resourceVersion };
      await client.delete(coreKinds.namespace, key, { propagationPolicy: 'Background', preconditions, signal });
    }
    return { kind: 'waits', message: endingMessage(found), looksAgain: true, isOurs: true };
  }

  async #saveWaiting(claimant: Claimant, message: string, signal: AbortSignal): Promise<void> {
    const until = new Date(this.#deadlineOf(claimant)).toISOString();
    const text = `${message}; given up at ${until}, and left behind then`;
    const held = await heldAtMost(this.#tools, claimant, signal);
    const written = await saveStatus(this.#tools, {
      ...namespaceReport(claimant, { held, ...seenBefore(claimant) }),
      ...{ outcome: { kind: 'progressing', reason: 'Terminating', message: text }, phase: 'Terminating', signal },
    });
    this.#tools.own.note(written as Claimant | undefined);
  }

  /** What keeps a namespace of ours from ending in a cluster that answers must not go on for nothing. */
  async #endPods({ spec }: Claimant, cleaning: Cleaning, signal: AbortSignal): Promise<void> {
    const member = this.#tools.members.get(spec.clusterName);
    if (cleaning.kind === 'waits' && cleaning.isOurs === true && member !== undefined) {
      const options = { namespace: spec.namespace, gracePeriodSeconds: 0, signal };
      // Where that is refused, the event says what is left.
      await member.client.deleteCollection(pod, options).catch(() => undefined);
    }
  }

  #leaveBehind(claimant: Claimant, why: string): void {
    const { clusterName, namespace } = claimant.spec;
    const note = `namespace ${namespace} of cluster ${clusterName} is left behind with all that is in it: ${why}. If it is still there, run in the cluster: kubectl delete namespace ${namespace}`;
    this.#tools.recorder.event(claimant, 'Warning', 'LeftBehind', 'RemoveNamespace', note);
  }

  #deadlineOf({ metadata }: Claimant): number {
    return Date.parse(metadata.deletionTimestamp ?? '') + this.#giveUpAfterMs;
  }
}

interface EndingStatus {
  readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
}

/** With what keeps the namespace from ending, as its controller tells. */
function endingMessage(found: MemberNamespace): string {
  const { conditions = [] } = (found.status ?? {}) as EndingStatus;
  const reasons = conditions
    .filter(({ status, message }) => status === 'True' && message)
    .map(({ message }) => message);
  return [`namespace ${keyOf(found).name} of the cluster is being ended`, ...reasons].join('; ');
}
