import { Holder, WorkBudget, type TenantUser } from '@tke/authz';
import { isCoded } from '@tke/errors';
import type { CacheReader } from '@tke/runtime';
import { systemClock, type Clock } from '@tke/time';
import type { AdmissionRequest, FieldProblem } from '@tke/webhook';

import { callerTenant } from '../admission/caller.ts';
import { alive } from '../compile/directory.ts';
import { CacheDirectory } from '../directory.ts';
import { ruleSources } from '../rules/sources.ts';
import type { AuthoredLink } from './authored.ts';
import { changeOf, isEmpty, type Change } from './change.ts';
import { escalationErrors } from './errors.ts';
import { unreadRules, type FollowedRules } from './followed-rules.ts';
import { GrantGraph } from './grant-graph.ts';
import { Judgement, type Holders } from './judgement.ts';
import { RecentWrites } from './recent-writes.ts';
import { notFound, tooMuch } from './refusals.ts';

export interface EscalationGuardOptions {
  readonly cache: CacheReader;
  readonly rules: FollowedRules;
  /** Default: the system's. */
  readonly clock?: Clock;
}

/** A change as it is in one state of what is stored. */
interface View {
  readonly graph: GrantGraph;
  readonly change: Change;
}

/** Steps that one request may take. Nothing else is answered meanwhile. */
const maxSteps = 5_000_000;
/** How long what was created a moment ago may take to be seen here: one apply brings a policy and its binding. */
const arrivalMs = 1_000;
const arrivalPollMs = 20;

/**
 * Whoever hands out permissions must hold them, or be granted by name the power to hand them out; so must who takes away
 * what denies, adds it, or takes out of a policy or role what he could not put back. Users of tenants only: administrators
 * and components of the platform may hand out what they like.
 */
export class EscalationGuard {
  readonly #cache: CacheReader;
  readonly #rules: FollowedRules;
  readonly #clock: Clock;
  readonly #recent: RecentWrites;

  constructor({ cache, rules, clock = systemClock }: EscalationGuardOptions) {
    this.#cache = cache;
    this.#rules = rules;
    this.#clock = clock;
    this.#recent = new RecentWrites(cache, ruleSources(cache), clock);
  }

  /** @throws RulesNotSynced when what the caller holds is not known yet, WritesNotSeen when too much of the object is not. */
  async problems(request: AdmissionRequest): Promise<readonly FieldProblem[]> {
    const caller = callerTenant(request.userInfo);
    const problems = caller.kind === 'tenant' ? await this.#problemsOf(request, caller.user) : [];
    // No turn of the event loop lies between the judgement and this, so that of two requests the second knows the first.
    if (problems.length === 0) {
      this.#recent.add(request);
    }
    return problems;
  }

  async #problemsOf(request: AdmissionRequest, user: TenantUser): Promise<readonly FieldProblem[]> {
    const deadline = this.#clock.monotonic() + arrivalMs;
    for (;;) {
      const views = this.#viewsOf(request);
      if (views.length === 0) {
        return [];
      }
      const holders = this.#holdersOf(user);
      const unknown = unknownLinks(views, holders);
      if (unknown.length === 0 || this.#clock.monotonic() >= deadline) {
        return [...unknown.map(notFound), ...this.#judge(user, views, holders)];
      }
      await this.#clock.sleep(arrivalPollMs);
    }
  }

  /** One for each world in which the request changes anything. */
  #viewsOf(request: AdmissionRequest): readonly View[] {
    const worlds = this.#recent.worlds();
    const views = worlds.flatMap((world): View[] => {
      const directory = new CacheDirectory(world);
      const change = changeOf(request, directory);
      return isEmpty(change) ? [] : [{ graph: new GrantGraph(world, directory), change }];
    });
    if (views.length > 0 && !this.#rules.synced) {
      throw escalationErrors.RulesNotSynced('what the caller holds is not known yet');
    }
    if (this.#recent.isFullOf(request)) {
      throw escalationErrors.WritesNotSeen('the last changes of the object have not been seen yet');
    }
    return views;
  }

  #holdersOf(user: TenantUser): Holders {
    const administers = new CacheDirectory(this.#cache).administers(user);
    const budget = new WorkBudget(maxSteps);
    return {
      administers,
      budget,
      usual: new Holder(user, administers, this.#rules.index, budget),
      // Without denies: who administers the tenant must be able to undo what locks its people out, himself as well.
      undenied: new Holder(user, administers, unreadRules().index, budget),
    };
  }

  #judge({ tenant }: TenantUser, views: readonly View[], holders: Holders): readonly FieldProblem[] {
    try {
      for (const { graph, change } of views) {
        const problems = new Judgement(graph, tenant, holders).problems(change);
        if (problems.length > 0) {
          return problems;
        }
      }
      return [];
    } catch (error) {
      if (isCoded(error, 'TooMuchToCompare')) {
        return [tooMuch(maxSteps)];
      }
      throw error;
    }
  }
}

/** Links to what does not exist, of which the caller has no power. They hand out what somebody stronger makes of the name. */
function unknownLinks(views: readonly View[], { usual }: Holders): readonly AuthoredLink[] {
  const links = views.flatMap(({ graph, change }) => change.give.links.filter((link) => !exists(link, graph)));
  const distinct = new Map(links.map((link) => [`${link.field} ${link.target}`, link]));
  return [...distinct.values()].filter(({ powers, domain }) => !usual.hasOneOf(powers, domain));
}

function exists({ reference }: AuthoredLink, { directory }: GrantGraph): boolean {
  switch (reference?.kind) {
    case undefined:
      return true;
    case 'Policy':
      return alive(directory.policy(reference.name)) !== undefined;
    case 'Role':
      return alive(directory.role(reference.name)) !== undefined;
  }
}
