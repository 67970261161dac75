import { callerOf, Holder, WorkBudget, type TenantUser } from '@tke/authz';
import { isCoded } from '@tke/errors';
import type { CacheReader } from '@tke/runtime';
import { systemClock, type Clock } from '@tke/time';
import type { AdmissionRequest, FieldProblem } from '@tke/webhook';

import { alive, type Directory } from '../compile/directory.ts';
import type { AuthoredLink } from './authored.ts';
import { changeOf, isEmpty, type Change, type Difference } from './change.ts';
import { escalationErrors } from './errors.ts';
import type { FollowedRules } from './followed-rules.ts';
import { GrantGraph } from './grant-graph.ts';
import { Judgement } from './judgement.ts';
import { notFound, tooMuch } from './refusals.ts';

export interface EscalationGuardOptions {
  readonly cache: CacheReader;
  readonly directory: Directory;
  readonly rules: FollowedRules;
  /** Default: the system's. */
  readonly clock?: Clock;
}

/** Steps that one request may take: some tenths of a second of the two seconds that admission has. */
const maxSteps = 30_000_000;
/** How long what was created a moment ago may take to be seen here: one apply brings a policy and its binding. */
const arrivalMs = 1_000;
const arrivalPollMs = 20;

/**
 * Whoever hands out permissions must hold them, or be granted by name the power to hand them out; whoever takes away what
 * denies hands out too. Users of tenants only: administrators and components of the platform may hand out what they like.
 */
export class EscalationGuard {
  readonly #directory: Directory;
  readonly #rules: FollowedRules;
  readonly #clock: Clock;
  readonly #graph: GrantGraph;

  constructor({ cache, directory, rules, clock = systemClock }: EscalationGuardOptions) {
    this.#directory = directory;
    this.#rules = rules;
    this.#clock = clock;
    this.#graph = new GrantGraph(cache, directory);
  }

  /** @throws RulesNotSynced when what the caller holds is not known yet. */
  async problems(request: AdmissionRequest): Promise<readonly FieldProblem[]> {
    const { username, groups, extra } = request.userInfo;
    const caller = callerOf({ user: username, groups, extra });
    if (caller.kind !== 'tenantUser') {
      return [];
    }
    await this.#arrivals(changeOf(request, this.#graph));
    const change = changeOf(request, this.#graph);
    if (isEmpty(change.added) && isEmpty(change.removed)) {
      return [];
    }
    if (!this.#rules.synced) {
      throw escalationErrors.RulesNotSynced('what the caller holds is not known yet');
    }
    return this.#judge(caller, change);
  }

  #judge(caller: TenantUser, { added, removed }: Change): readonly FieldProblem[] {
    const administrators = this.#directory.tenant(caller.tenant)?.spec.administrators ?? [];
    const holder = new Holder(caller, administrators.includes(caller.user), this.#rules, new WorkBudget(maxSteps));
    const judgement = new Judgement(this.#graph, caller.tenant, holder);
    const unknown = added.links.filter((link) => !this.#exists(link));
    try {
      return [
        ...unknown.filter(({ powers, domain }) => !holder.hasOneOf(powers, domain)).map(notFound),
        ...judgement.problems(added, 'give'),
        ...judgement.problems(removed, 'lift'),
      ];
    } catch (error) {
      if (isCoded(error, 'TooMuchToCompare')) {
        return [tooMuch(maxSteps)];
      }
      throw error;
    }
  }

  /** What is bound before it exists is whatever somebody stronger makes of the name one day. */
  #exists({ reference }: AuthoredLink): boolean {
    switch (reference?.kind) {
      case undefined:
        return true;
      case 'Policy':
        return alive(this.#directory.policy(reference.name)) !== undefined;
      case 'Role':
        return alive(this.#directory.role(reference.name)) !== undefined;
    }
  }

  async #arrivals({ added }: { readonly added: Difference }): Promise<void> {
    const deadline = this.#clock.monotonic() + arrivalMs;
    while (!added.links.every((link) => this.#exists(link)) && this.#clock.monotonic() < deadline) {
      await this.#clock.sleep(arrivalPollMs);
    }
  }
}
