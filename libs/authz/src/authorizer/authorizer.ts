import type { SubjectAccessReviewSpec } from '@tke/meta';
import { decide } from '../decide/decide.ts';
import type { DecisionEngine } from '../decide/decision.ts';
import { authzErrors } from '../errors.ts';
import type { RuleIndex } from '../index/rule-index.ts';
import { callerOf } from '../sar/caller.ts';
import { requestOf, type ProjectDirectory } from '../sar/request.ts';
import { administers, verdictOf } from './administrators.ts';
import type { HubBounds } from './hub-ceiling.ts';
import { objectionTo } from './objection.ts';
import { noOpinion, type Verdict } from './verdict.ts';

export interface AuthorizerOptions extends HubBounds {
  readonly rules: RuleIndex;
  readonly projects: ProjectDirectory;
  /** Whether everything above was read once; before that there is no answer. */
  readonly ready: () => boolean;
  /** What evaluates the rows. Default: the built-in model. */
  readonly engine?: DecisionEngine;
}

export interface ReviewOptions {
  /** The member cluster whose apiserver asks, proven by its certificate. Absent: the hub. */
  readonly cluster?: string;
}

/**
 * Answers kube-apiserver. Synchronous and from memory, so that an answer is made on one state of the rules. In order:
 * whose user it is, what policies can give on the hub, whether the object is another tenant's, the rows that deny,
 * whether the user administers the tenant, the rows that allow.
 */
export class Authorizer {
  readonly #options: AuthorizerOptions;
  readonly #engine: DecisionEngine;

  constructor(options: AuthorizerOptions) {
    this.#options = options;
    this.#engine = options.engine ?? decide;
  }

  /** @throws RulesNotSynced, ReviewIncomplete, and what a model given by an administrator throws. */
  verdict(spec: SubjectAccessReviewSpec, { cluster }: ReviewOptions = {}): Verdict {
    const { rules, tenants, projects, ready } = this.#options;
    if (!ready()) {
      throw authzErrors.RulesNotSynced('the authorization rules have not been read yet');
    }
    const caller = callerOf(spec);
    if (caller.kind === 'unknownRealm') {
      return noOpinion(caller.reason);
    }
    const tenant = tenants.tenant(caller.tenant);
    if (tenant === undefined) {
      return noOpinion(`"${caller.tenant}" is no tenant of this platform`);
    }
    const question = requestOf(spec, { cluster, projects });
    const objection = objectionTo(question, caller.tenant, this.#options, cluster);
    if (objection !== undefined) {
      return objection.verdict;
    }
    const request = { ...question, subjects: caller.subjects };
    const decision = this.#engine(rules, request);
    return verdictOf(decision, request, administers(tenant, caller.user, question) ? caller : undefined);
  }
}
