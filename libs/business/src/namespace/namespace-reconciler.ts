import type { MemberCluster } from '@tke/member-cluster';
import { isCoded } from '@tke/errors';
import { KubeTransportError } from '@tke/kube-client';
import {
  ensureFinalizer,
  hasFinalizer,
  type Outcome,
  type ReconcileContext,
  type Reconciler,
  type Request,
  type Result,
} from '@tke/runtime';

import { lockOf } from '../emigration/lock.ts';
import { namespaceKind } from '../objects/kinds.ts';
import { failed, isOvertaken, saveStatus } from '../objects/save-status.ts';
import { parentProject } from '../project/tree.ts';
import type { Claimant } from './claimants.ts';
import { heldAtMost, isSynced, rivalsOf, type NamespaceTools } from './context.ts';
import { namespaceErrors } from './errors.ts';
import { isSameHard } from './in-force.ts';
import { MemberWriter } from './member-writer.ts';
import { NamespaceDeletion } from './namespace-deletion.ts';
import { namespaceFinalizer } from './names.ts';
import { placeProblems } from './place-problems.ts';
import { ownershipOf } from './ownership.ts';
import { Patience } from './patience.ts';
import { putInForce, type InMember } from './put-in-force.ts';
import { decideQuota, waitingForQuota, type QuotaDecision } from './quota-decision.ts';
import { namespaceReport, seenBefore, type Known } from './report.ts';
import { reportUsage, staleUsage } from './usage.ts';

/** Nobody tells when a namespace that has no label has ended. */
const endingCheckMs = 5_000;
/** Nor when somebody deletes one that was there before. */
const existsCheckMs = 60_000;

type Decided = Exclude<QuotaDecision, { kind: 'nothing' }>;
type InForce = Extract<InMember, { kind: 'inForce' }>;

/** Where one pass is. */
interface Pass {
  readonly claimant: Claimant;
  readonly request: Request;
  readonly signal: AbortSignal;
}

/** Keeps a namespace, its quota and its limits in the member as a Namespace asks for, as far as its project grants it. */
export class NamespaceReconciler implements Reconciler {
  readonly #tools: NamespaceTools;
  readonly #deletion: NamespaceDeletion;
  readonly #patience: Patience;

  constructor(tools: NamespaceTools, giveUpAfterMs: number) {
    this.#tools = tools;
    this.#deletion = new NamespaceDeletion(tools, giveUpAfterMs);
    this.#patience = new Patience(tools.clock);
  }

  async reconcile(request: Request, { signal }: ReconcileContext): Promise<Result | undefined> {
    const { cache, client, own } = this.#tools;
    const cached = cache.get(namespaceKind, request);
    const object = cached && own.newest(cached);
    const isDeleted = object?.metadata.deletionTimestamp !== undefined;
    if (object === undefined || (isDeleted && !hasFinalizer(object, namespaceFinalizer))) {
      return undefined;
    }
    const claimant = await ensureFinalizer(client, namespaceKind, object, namespaceFinalizer, { signal });
    own.note(claimant);
    const pass = { claimant, request, signal };
    try {
      return await (isDeleted ? this.#deletion.advance(claimant, request, signal) : this.#keep(pass));
    } catch (error) {
      await this.#saveFailure(pass, error);
      throw error;
    }
  }

  async #keep(pass: Pass): Promise<Result | undefined> {
    const { claimant, request } = pass;
    const { cache, members } = this.#tools;
    const parent = parentProject(claimant, cache);
    const [misplaced] = placeProblems(claimant, parent, cache);
    if (misplaced !== undefined) {
      return this.#saveUnknown(pass, { kind: 'stalled', error: misplaced.error }, 'Failed');
    }
    const member = members.get(claimant.spec.clusterName);
    if (lockOf(cache, request) !== undefined) {
      return this.#saveLocked(pass, member);
    }
    if (member?.health.state !== 'Healthy') {
      return this.#saveSilence(pass, member);
    }
    // When all is known of it, everything that is in it is reconciled.
    return isSynced(member) ? this.#work(pass, member, decideQuota(claimant, parent)) : undefined;
  }

  async #work(pass: Pass, member: MemberCluster, decision: QuotaDecision): Promise<Result | undefined> {
    const { claimant, signal } = pass;
    if (decision.kind === 'nothing') {
      return this.#saveWithoutGrant(pass, decision.because);
    }
    const writer = new MemberWriter(member, claimant, this.#tools.recent, signal);
    const found = await putInForce(writer, claimant, rivalsOf(this.#tools, claimant), decision.hard);
    switch (found.kind) {
      case 'inForce':
        return this.#saveInForce(pass, found, decision);
      case 'taken':
        return this.#saveUnknown(pass, { kind: 'stalled', error: conflict(claimant, found.by) }, 'Failed');
      case 'exists':
        await this.#saveUnknown(pass, { kind: 'stalled', error: exists(claimant) }, 'Failed');
        return { requeueAfterMs: existsCheckMs };
      case 'awaited':
        return this.#saveUnknown(pass, emigrating, 'Pending');
      case 'ending':
        await this.#saveUnknown(pass, ending(claimant), 'Failed');
        return found.isWatched ? undefined : { requeueAfterMs: endingCheckMs };
    }
  }

  async #saveInForce(pass: Pass, { namespace, quota }: InForce, decision: Decided): Promise<Result | undefined> {
    const { claimant } = pass;
    const { status, spec } = claimant;
    const { fields: usage, dueInMs } = reportUsage(status, decision.hard, quota, this.#tools.clock.now());
    const { uid: memberUID } = namespace.metadata;
    const known: Known = { held: decision.hard, usage, ...(memberUID !== undefined && { memberUID }) };
    const later = dueInMs === undefined ? undefined : { requeueAfterMs: dueInMs };
    if (decision.kind === 'whole') {
      this.#patience.forget(claimant);
      const message = `Namespace ${spec.namespace} of cluster ${spec.clusterName} is there with its quota.`;
      await this.#save(pass, known, { kind: 'ready', message }, 'Available');
      return later;
    }
    const isLowered = !isSameHard(status?.cachedSpecHard ?? {}, decision.hard);
    const graceMs = awaitsQuota(decision.because) && !isLowered ? this.#patience.left(claimant) : 0;
    if (graceMs > 0) {
      return { requeueAfterMs: graceMs };
    }
    await this.#save(pass, known, decision.because, phaseOf(decision.because));
    return later;
  }

  async #saveWithoutGrant(pass: Pass, because: Outcome): Promise<Result | undefined> {
    const graceMs = awaitsQuota(because) ? this.#patience.left(pass.claimant) : 0;
    return graceMs > 0 ? { requeueAfterMs: graceMs } : this.#saveUnknown(pass, because, phaseOf(because));
  }

  /** Nothing was found in the member that is ours. */
  async #saveUnknown(pass: Pass, outcome: Outcome, phase: string): Promise<undefined> {
    const held = await heldAtMost(this.#tools, pass.claimant, pass.signal);
    await this.#save(pass, { held }, outcome, phase);
  }

  /**
   * The emigration writes to the member from now on. What its labels say is still ours to see: it stays ours until they name where it
   * moves to. Whoever else changes them meanwhile does not get it.
   */
  async #saveLocked(pass: Pass, member: MemberCluster | undefined): Promise<undefined> {
    const { claimant, signal } = pass;
    const held = await heldAtMost(this.#tools, claimant, signal);
    const isSeen = member !== undefined && isSynced(member);
    const found = isSeen ? new MemberWriter(member, claimant, this.#tools.recent, signal).namespace : undefined;
    const isLost =
      found !== undefined && ownershipOf(found, claimant, rivalsOf(this.#tools, claimant)).kind === 'taken';
    await this.#save(pass, { held, ...(!isLost && seenBefore(claimant)) }, emigrating, 'Locked');
  }

  /** What was seen last goes on to hold. Before there is a verdict, e.g. after a start, there is nothing to say. */
  async #saveSilence(pass: Pass, member: MemberCluster | undefined): Promise<undefined> {
    const { claimant, signal } = pass;
    const health = member?.health;
    if (health !== undefined && health.state !== 'Unhealthy') {
      return;
    }
    const { clusterName } = claimant.spec;
    const since = health?.lastSeen === undefined ? '' : ` since ${new Date(health.lastSeen).toISOString()}`;
    const message =
      health === undefined
        ? `There is no connection to cluster ${clusterName}: see its Cluster object.`
        : `Cluster ${clusterName} has not answered${since}; what is there stays as it is. See its Cluster object.`;
    const known: Known = {
      held: await heldAtMost(this.#tools, claimant, signal),
      usage: staleUsage(claimant.status, health?.lastSeen),
      ...seenBefore(claimant),
    };
    const outcome: Outcome = { kind: 'progressing', reason: 'ConnectClusterError', message };
    await this.#save(pass, known, outcome, phaseInSilence(claimant));
  }

  async #save({ claimant, signal }: Pass, known: Known, outcome: Outcome, phase: string): Promise<void> {
    const report = { ...namespaceReport(claimant, known), outcome, phase, signal };
    this.#tools.own.note((await saveStatus(this.#tools, report)) as Claimant | undefined);
  }

  /** Silence of the member is for its health to tell; it comes to a verdict within seconds. */
  async #saveFailure(pass: Pass, error: unknown): Promise<void> {
    const { claimant, signal } = pass;
    const isSilence = error instanceof KubeTransportError || isCoded(error, 'MemberNotReady', 'MemberGone');
    if (isSilence || isOvertaken(error, signal)) {
      return;
    }
    const phase = claimant.metadata.deletionTimestamp === undefined ? 'Failed' : 'Terminating';
    try {
      const held = await heldAtMost(this.#tools, claimant, signal);
      await this.#save(pass, { held, ...seenBefore(claimant) }, failed(error), phase);
    } catch {
      // The failure itself is what counts, and it is tried again.
    }
  }
}

/** TKEStack says Failed; but nothing did: Ready is Unknown until the member answers. What no move holds any more is not Locked. */
function phaseInSilence({ status }: Claimant): string {
  const phase = status?.phase ?? 'Pending';
  // Nothing but what is Available is ever moved.
  return phase === 'Locked' ? 'Available' : phase;
}

const emigrating: Outcome = {
  kind: 'progressing',
  reason: 'Emigrating',
  message: 'The namespace moves from one project to another.',
};

function ending({ spec }: Claimant): Outcome {
  const message = `Namespace ${spec.namespace} of cluster ${spec.clusterName} is being deleted there; it is made anew when it is gone.`;
  return { kind: 'progressing', reason: 'NamespaceNotActive', message };
}

function conflict({ spec }: Claimant, by: string): Error {
  return namespaceErrors.ConflictProject(`namespace ${spec.namespace} of cluster ${spec.clusterName} belongs to ${by}`);
}

function exists({ spec }: Claimant): Error {
  return namespaceErrors.NamespaceExists(
    `namespace ${spec.namespace} of cluster ${spec.clusterName} was there before, and belongs to no project`,
  );
}

function awaitsQuota(outcome: Outcome): boolean {
  return outcome.kind === 'progressing' && outcome.reason === waitingForQuota;
}

function phaseOf({ kind }: Outcome): string {
  return kind === 'progressing' ? 'Pending' : 'Failed';
}
