import type { Project } from '@tke/api-business';
import {
  ensureFinalizer,
  hasFinalizer,
  removeFinalizer,
  type Outcome,
  type ReconcileContext,
  type Reconciler,
  type Request,
  type Result,
} from '@tke/runtime';

import type { BusinessDependencies } from '../dependencies.ts';
import { reconcileMembers } from '../members/project-members.ts';
import { projectKind, type ProjectObject } from '../objects/kinds.ts';
import { OwnWrites } from '../objects/own-writes.ts';
import { failed, isOvertaken, saveStatus } from '../objects/save-status.ts';
import type { Claim } from '../quota/claim.ts';
import { doubtful } from '../quota/confirm.ts';
import { driftOf } from '../quota/drift.ts';
import { entriesOf } from '../quota/entries.ts';
import { balance, statusOf, type Balance, type Surroundings } from './balance.ts';
import { conditionsOf, type Sought } from './conditions.ts';
import { contentsOf, contentsText, deleteContents, hasUnknownContents, type Content } from './contents.ts';
import { claimsOn, confirmed, obstacleBetween } from './family.ts';
import { ensureHubNamespace, removeHubNamespace } from './hub-namespace.ts';
import { awaitedLeavers, leaversOf, leaveUntil, leavingText, targetText } from './leaving.ts';
import { projectFinalizer } from './names.ts';
import { outcomeOf, phaseOf, type Findings } from './outcome.ts';
import { missingReferences } from './references.ts';
import { parentProject } from './tree.ts';

export interface ProjectDependencies extends BusinessDependencies {
  /** Hears of every ledger that was found wrong and mended. */
  readonly repaired: () => void;
}

interface Settled {
  readonly claims: readonly Claim[];
  readonly balance: Balance;
}

interface Summary {
  readonly outcome: Outcome;
  readonly phase: string;
  /** Absent: nothing was looked for. */
  readonly sought?: Sought;
}

const action = 'ReconcileProject';
/** For a child that the server has and the watch has not brought yet. */
const watchLagMs = 1_000;

/** Keeps the namespace of a project in the hub, its members, what it may act on, and the ledger of what it handed on. */
export class ProjectReconciler implements Reconciler {
  readonly #deps: ProjectDependencies;
  readonly #own: OwnWrites<ProjectObject>;

  constructor(dependencies: ProjectDependencies) {
    this.#deps = dependencies;
    this.#own = new OwnWrites(dependencies.clock);
  }

  async reconcile({ name }: Request, { signal }: ReconcileContext): Promise<Result | undefined> {
    const cached = this.#deps.cache.get(projectKind, { name });
    if (cached === undefined) {
      return undefined;
    }
    const object = this.#own.newest(cached);
    try {
      return await (object.metadata.deletionTimestamp === undefined
        ? this.#keep(object, signal)
        : this.#remove(object, signal));
    } catch (error) {
      await this.#saveFailure(object, error, signal);
      throw error;
    }
  }

  async #keep(object: ProjectObject, signal: AbortSignal): Promise<undefined> {
    const { client, cache } = this.#deps;
    const project = await ensureFinalizer<Project>(client, projectKind, object, projectFinalizer, { signal });
    this.#own.note(project);
    const namespace = await ensureHubNamespace(project, this.#deps, signal);
    const sought = {
      members: await reconcileMembers(project, this.#deps, signal),
      missing: missingReferences(project, cache),
    };
    const parent = parentProject(project, cache);
    const settled = await this.#settle(project, { parent, isUsable: namespace.kind === 'ours' }, signal);
    const findings: Findings = {
      ...{ parent, namespace, balance: settled.balance, sought },
      obstacle: parent && obstacleBetween(parent, project, cache),
    };
    const outcome = outcomeOf(project, findings);
    await this.#save(project, settled, { outcome, phase: phaseOf(outcome, findings), sought }, signal);
  }

  async #remove(project: ProjectObject, signal: AbortSignal): Promise<Result | undefined> {
    if (!hasFinalizer(project, projectFinalizer)) {
      return undefined;
    }
    const { client, cache } = this.#deps;
    const contents = contentsOf(project, cache);
    if (contents.length > 0) {
      return this.#removeContents(project, contents, signal);
    }
    if (await hasUnknownContents(project, client, signal)) {
      return { requeueAfterMs: watchLagMs };
    }
    await removeHubNamespace(project, this.#deps, signal);
    await removeFinalizer<Project>(client, projectKind, project, projectFinalizer, { signal });
    return undefined;
  }

  async #removeContents(
    project: ProjectObject,
    contents: readonly Content[],
    signal: AbortSignal,
  ): Promise<Result | undefined> {
    const { client, cache, clock } = this.#deps;
    const leavers = awaitedLeavers(project, cache, clock);
    const ending = contents.filter(([, { metadata }]) => !leavers.some((each) => each.metadata.uid === metadata.uid));
    this.#tellLate(project, leavers);
    await deleteContents(ending, client, signal);
    const settled = await this.#settle(project, { parent: parentProject(project, cache), isUsable: false }, signal);
    const message = [
      ...(ending.length > 0 ? [`waiting for the end of ${contentsText(ending)}`] : []),
      ...(leavers.length > 0 ? [leavingText(project, leavers)] : []),
    ].join('; ');
    const outcome: Outcome = { kind: 'progressing', reason: 'DeletingContents', message };
    await this.#save(project, settled, { outcome, phase: 'Terminating' }, signal);
    return leavers.length > 0 ? { requeueAfterMs: leaveUntil(project) - clock.now() } : undefined;
  }

  /** Whoever looks for a project that meant to leave finds out why it is gone. */
  #tellLate(project: ProjectObject, awaited: readonly ProjectObject[]): void {
    const { name = '' } = project.metadata;
    leaversOf(project, this.#deps.cache)
      .filter((child) => !awaited.includes(child))
      .forEach((child) => {
        const note = `Project ${name} is deleted, and this one had not moved to ${targetText(child)} in time`;
        this.#deps.recorder.event(child, 'Warning', 'DeletedWithParent', action, note);
      });
  }

  /** Asks the children themselves where the cache may be behind. */
  async #settle(
    project: ProjectObject,
    surroundings: Omit<Surroundings, 'claims'>,
    signal: AbortSignal,
  ): Promise<Settled> {
    const before = entriesOf(project);
    const asked = new Set<string>();
    let claims = claimsOn(project, this.#deps.cache);
    for (;;) {
      const result = balance(project, { ...surroundings, claims });
      const toAsk = doubtful(before, claims, result.settlement.entries).filter(
        (child) => !asked.has(keyOfChild(child)),
      );
      if (toAsk.length === 0) {
        return { claims, balance: result };
      }
      toAsk.forEach((child) => asked.add(keyOfChild(child)));
      claims = await confirmed(claims, toAsk, project, { ...this.#deps, signal });
    }
  }

  async #save(project: ProjectObject, settled: Settled, summary: Summary, signal: AbortSignal): Promise<void> {
    const repairs = driftOf(project, settled.claims);
    const context = { generation: project.metadata.generation, clock: this.#deps.clock };
    const conditions = conditionsOf(project, { repairs, ...summary }, context);
    const fields = { ...statusOf(settled.balance), conditions };
    const { outcome, phase } = summary;
    const report = { kind: projectKind, object: project, fields, outcome, phase, action, signal };
    this.#own.note((await saveStatus(this.#deps, report)) as ProjectObject | undefined);
    if (repairs.length > 0) {
      this.#deps.repaired();
      this.#deps.recorder.event(project, 'Warning', 'LedgerRepaired', action, repairs.join('; '));
    }
  }

  async #saveFailure(object: ProjectObject, error: unknown, signal: AbortSignal): Promise<void> {
    if (isOvertaken(error, signal)) {
      return;
    }
    const isDeleting = object.metadata.deletionTimestamp !== undefined;
    const report = {
      ...{ kind: projectKind, object, fields: object.status ?? {}, outcome: failed(error), action, signal },
      phase: isDeleting ? 'Terminating' : (object.status?.phase ?? 'Pending'),
    };
    // The failure itself is what counts.
    await saveStatus(this.#deps, report).catch(() => undefined);
  }
}

function keyOfChild({ kind, name }: Pick<Claim, 'kind' | 'name'>): string {
  return `${kind}/${name}`;
}
