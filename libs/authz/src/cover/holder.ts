import type { ResourceAttributes } from '@tke/meta';
import { decide } from '../decide/decide.ts';
import type { Decision } from '../decide/decision.ts';
import { reach } from '../index/reach.ts';
import type { RuleIndex } from '../index/rule-index.ts';
import { compilePattern } from '../pattern/compile.ts';
import { everyoneKey } from '../rows/keys.ts';
import { everyDomain, type Effect } from '../rows/row.ts';
import type { Caller } from '../sar/caller.ts';
import { requestOf } from '../sar/request.ts';
import type { WorkBudget } from './work.ts';
import { Holdings } from './holdings.ts';
import type { PatternPair } from './row-set.ts';
import { keyOf, walk, type Standing } from './walk.ts';

/** An object that a power must be held over, as a review names it. */
export interface PowerOver {
  readonly verb: 'bind' | 'escalate';
  readonly group: string;
  readonly resource: string;
  readonly namespace?: string | undefined;
  readonly name: string;
}

export type TenantUser = Extract<Caller, { kind: 'tenantUser' }>;

const everything: PatternPair = { action: compilePattern('*'), object: compilePattern('*') };

/** A user of a tenant, as the one who must hold what he grants. Valid for one moment: it remembers what it looked up. */
export class Holder {
  readonly #user: TenantUser;
  readonly #administers: boolean;
  readonly #rules: RuleIndex;
  readonly #work: WorkBudget;
  readonly #holdings = new Map<string, Holdings>();
  readonly #held = new Map<string, ReadonlySet<string>>();

  /** @param administers whether he is an administrator of the tenant: he holds every ordinary action. */
  constructor(user: TenantUser, administers: boolean, rules: RuleIndex, work: WorkBudget) {
    this.#user = user;
    this.#administers = administers;
    this.#rules = rules;
    this.#work = work;
  }

  /**
   * What he may hand out in a project, or everywhere (`*`): what counts against him there is every deny in any project. A
   * deny on everyone of the tenant does not: it stays with whoever receives. It does for who wants to lift a deny.
   */
  holdingsIn(domain: string, purpose: 'give' | 'lift'): Holdings {
    const key = `${purpose} ${domain}`;
    let holdings = this.#holdings.get(key);
    if (holdings === undefined) {
      const allowed = [...this.#heldIn(domain)].flatMap((policy) => this.#rowsOf(policy, 'allow'));
      const denied = this.#denying(domain, purpose).flatMap((policy) => this.#rowsOf(policy, 'deny'));
      holdings = new Holdings(this.#administers ? [everything, ...allowed] : allowed, denied, this.#work);
      this.#holdings.set(key, holdings);
    }
    return holdings;
  }

  /** Whether he holds a role or policy itself. */
  holds(name: string, domain: string): boolean {
    return this.#heldIn(domain).has(name);
  }

  /** Whether a row gives him one of the powers by name. Administrators of a tenant have none without such a row. */
  hasOneOf(powers: readonly PowerOver[], domain: string): boolean {
    return powers.some((power) => this.#hasPower(power, domain));
  }

  /** Whether he may do something, by what he holds in a project; the domain is empty for what he holds everywhere. */
  may(attributes: ResourceAttributes, domain: string): boolean {
    const answer = this.#decide(attributes, domain);
    return this.#administers ? answer !== 'deny' : answer === 'allow';
  }

  #hasPower({ verb, group, resource, namespace, name }: PowerOver, domain: string): boolean {
    const attributes = { verb, group, resource, name, ...(namespace === undefined ? {} : { namespace }) };
    return this.#decide(attributes, domain) === 'allow';
  }

  #decide(resourceAttributes: ResourceAttributes, domain: string): Decision['kind'] {
    const question = requestOf({ resourceAttributes }, { projects: { projectOf: () => undefined } });
    return decide(this.#rules, { ...question, subjects: this.#user.subjects, domain }).kind;
  }

  #heldIn(domain: string): ReadonlySet<string> {
    let held = this.#held.get(domain);
    if (held === undefined) {
      held = new Set(reach(this.#rules, this.#user.subjects, domain).map(({ name }) => name));
      this.#work.spend(held.size);
      this.#held.set(domain, held);
    }
    return held;
  }

  #denying(domain: string, purpose: 'give' | 'lift'): readonly string[] {
    const everyone = everyoneKey(this.#user.tenant);
    const shared = new Set(purpose === 'give' ? this.#walk([everyone], domain).map(keyOf) : []);
    const standings = this.#walk(this.#user.subjects, domain).filter(
      (standing) => !shared.has(keyOf(standing)) && !shared.has(keyOf({ ...standing, domain: everyDomain })),
    );
    return [...new Set(standings.map(({ name }) => name))];
  }

  #walk(names: readonly string[], domain: string): readonly Standing[] {
    const reached = walk(
      names.map((name) => ({ name, domain })),
      (name) => this.#rules.linksOf(name),
    );
    this.#work.spend(reached.length);
    return reached;
  }

  #rowsOf(policy: string, effect: Effect): readonly PatternPair[] {
    return [...(this.#rules.policy(policy)?.[effect]?.rules() ?? [])];
  }
}
