import { CodedError, errorMessage } from '@tke/errors';
import { decide } from '../decide/decide.ts';
import { oneLine, reasonOf, type DecisionEngine } from '../decide/decision.ts';
import { isReservedVerb } from '../decide/request.ts';
import { authzErrors } from '../errors.ts';
import type { RuleIndex } from '../index/rule-index.ts';
import { callerOf } from '../sar/caller.ts';
import { requestOf, type ProjectDirectory, type Question } from '../sar/request.ts';
import type { SubjectAccessReviewStatus, SubjectAccessReviewSpec } from '@tke/meta';
import type { TenantDirectory } from './directories.ts';
import { tenantObjection } from './tenant-guard.ts';
import { statusOf, type Verdict } from './verdict.ts';

export interface AuthorizerOptions {
  readonly rules: RuleIndex;
  readonly tenants: TenantDirectory;
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
 * whose user it is, whether the object is another tenant's, whether the user administers the tenant, the rows.
 */
export class Authorizer {
  readonly #options: AuthorizerOptions;
  readonly #engine: DecisionEngine;

  constructor(options: AuthorizerOptions) {
    this.#options = options;
    this.#engine = options.engine ?? decide;
  }

  /** Never throws. */
  review(spec: SubjectAccessReviewSpec, options: ReviewOptions = {}): SubjectAccessReviewStatus {
    return statusOf(this.verdict(spec, options));
  }

  /** As `review`, with what led to the answer. Never throws. */
  verdict(spec: SubjectAccessReviewSpec, { cluster }: ReviewOptions = {}): Verdict {
    if (!this.#options.ready()) {
      return { kind: 'error', error: authzErrors.RulesNotSynced('the authorization rules have not been read yet') };
    }
    try {
      return this.#verdict(spec, cluster);
    } catch (error) {
      const coded =
        error instanceof CodedError ? error : authzErrors.DecisionFailed(errorMessage(error), { cause: error });
      return { kind: 'error', error: coded };
    }
  }

  #verdict(spec: SubjectAccessReviewSpec, cluster: string | undefined): Verdict {
    const { rules, tenants, projects } = this.#options;
    const caller = callerOf(spec);
    if (caller.kind === 'unknownRealm') {
      return { kind: 'noOpinion', reason: caller.reason };
    }
    const tenant = tenants.tenant(caller.tenant);
    if (tenant === undefined) {
      return { kind: 'noOpinion', reason: oneLine(`"${caller.tenant}" is no tenant of this platform`) };
    }
    const question = requestOf(spec, { cluster, projects });
    const objection = tenantObjection(caller.tenant, question, tenants, cluster);
    if (objection !== undefined) {
      return objection;
    }
    if (tenant.administrators.has(caller.user) && !isReservedVerb(question.verb)) {
      return { kind: 'allow', reason: oneLine(`"${caller.user}" is an administrator of tenant "${caller.tenant}"`) };
    }
    if (isPortal(question)) {
      return { kind: 'allow', reason: 'every user of a tenant may see the portal' };
    }
    const request = { ...question, subjects: caller.subjects };
    const decision = this.#engine(rules, request);
    return { kind: decision.kind, reason: reasonOf(decision, request), decision };
  }
}

/** The console's start page, which TKEStack protects from nobody who is logged in. */
function isPortal({ action, resource }: Question): boolean {
  return action === 'listPortal' && resource?.group === 'business.tkestack.io';
}
