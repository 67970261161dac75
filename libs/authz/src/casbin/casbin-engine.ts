import { Enforcer, type Assertion, type Model } from 'casbin';
import { errorMessage } from '@tke/errors';
import { deniesObject, explain, mayAllow } from '../decide/decide.ts';
import type { Decision } from '../decide/decision.ts';
import type { AccessRequest } from '../decide/request.ts';
import { authzErrors } from '../errors.ts';
import type { PolicyRule } from '../index/entries.ts';
import { reach, type Reached } from '../index/reach.ts';
import type { RuleIndex } from '../index/rule-index.ts';
import { compilePattern } from '../pattern/compile.ts';
import { matches } from '../pattern/match.ts';
import { fold, type Pattern } from '../pattern/pattern.ts';
import { everyDomain, type Effect } from '../rows/row.ts';
import { HeldRoles } from './held-roles.ts';

const maxCachedPatterns = 4096;

/**
 * Runs a model on Casbin's enforcer, over the rows the caller reaches and no others. What no model file decides holds
 * here too: reserved verbs must be spelled out, and a deny on a member denies the collection.
 */
export class CasbinEngine {
  readonly #enforcer: RowEnforcer;
  readonly #request: Assertion;
  readonly #policy: Assertion;
  readonly #roles: Assertion | undefined;

  /** @throws ModelInvalid when the matcher cannot be evaluated. */
  constructor(model: Model) {
    this.#enforcer = new RowEnforcer(model);
    this.#request = assertion(model, 'r');
    this.#policy = assertion(model, 'p');
    this.#roles = model.model.get('g')?.get('g');
    try {
      const tryout: Values = { sub: 'a', dom: everyDomain, obj: 'b', act: 'c', eft: 'allow' };
      this.#enforce([this.#columns(this.#policy, tryout)], tryout, () => new Set());
    } catch (error) {
      throw authzErrors.ModelInvalid(`the matcher cannot be evaluated: ${errorMessage(error)}`, { cause: error });
    }
  }

  decide(index: RuleIndex, request: AccessRequest): Decision {
    const { subjects, domain, object, action } = request;
    const [user] = subjects;
    const reached = reach(index, subjects, domain);
    const rows = this.#rows(index, reached, request);
    if (rows.size === 0) {
      return { kind: 'noOpinion', policies: 0 };
    }
    const values: Values = { sub: user, dom: domain === '' ? everyDomain : domain, obj: object, act: action, eft: '' };
    const row = this.#enforce([...rows.keys()], values, (name, inDomain = domain) => {
      const from = name === user ? subjects : [name];
      return new Set(reach(index, from, inDomain).map((each) => each.name));
    });
    const origin = row && rows.get(row);
    return origin === undefined
      ? { kind: 'noOpinion', policies: new Set(Array.from(rows.values(), ({ from }) => from)).size }
      : { kind: origin.rule.effect, by: explain(origin.rule, origin.from) };
  }

  /** The row that decided; undefined when none did. */
  #enforce(
    rows: string[][],
    values: Values,
    held: (name: string, domain?: string) => ReadonlySet<string>,
  ): string[] | undefined {
    this.#policy.policy = rows;
    if (this.#roles !== undefined) {
      this.#roles.rm = new HeldRoles(held);
    }
    try {
      const [, row] = this.#enforcer.enforceExSync(...this.#columns(this.#request, values));
      return rows.find((each) => each === row);
    } finally {
      this.#policy.policy = [];
    }
  }

  #rows(
    index: RuleIndex,
    reached: readonly Reached[],
    request: AccessRequest,
  ): Map<string[], { rule: PolicyRule; from: Reached }> {
    const rows = new Map<string[], { rule: PolicyRule; from: Reached }>();
    const shown = shownRow(request);
    // Without that column Casbin takes every row for an allow.
    const effects: readonly Effect[] = this.#policy.tokens.includes('p_eft') ? ['allow', 'deny'] : ['allow'];
    for (const from of reached) {
      const policy = index.policy(from.name);
      for (const rule of effects.flatMap((effect) => [...(policy?.[effect]?.rules() ?? [])])) {
        if (rule.effect === 'deny' || mayAllow(rule, request)) {
          const values: Values = { sub: rule.policy, dom: everyDomain, ...shown(rule), eft: rule.effect };
          rows.set(this.#columns(this.#policy, values), { rule, from });
        }
      }
    }
    return rows;
  }

  #columns({ tokens }: Assertion, values: Values): string[] {
    return tokens.map((token) => values[token.slice(2) as keyof Values]);
  }
}

type Values = Readonly<Record<'sub' | 'dom' | 'obj' | 'act' | 'eft', string>>;

/**
 * The object and action of a row as the model sees them. A deny on a member of the collection is shown as a deny on the
 * collection, one that spells the action in its other way as one that spells it in this way.
 */
function shownRow(request: AccessRequest): (rule: PolicyRule) => Pick<Values, 'obj' | 'act'> {
  const object = fold(request.object);
  const deniedAs = request.deniedAs === undefined ? undefined : fold(request.deniedAs);
  return (rule) => {
    const deny = rule.effect === 'deny';
    const widened = deny && request.members !== undefined && deniesObject(rule, object, request);
    const respelled = deny && deniedAs !== undefined && matches(rule.action, deniedAs);
    return { obj: widened ? request.object : rule.object.text, act: respelled ? request.action : rule.action.text };
  };
}

class RowEnforcer extends Enforcer {
  readonly #patterns = new Map<string, Pattern>();

  constructor(model: Model) {
    super();
    this.setModel(model);
    this.fm.addFunction('keyMatchCustom', (name: string, pattern: string) =>
      matches(this.#compiled(pattern), fold(name)),
    );
  }

  #compiled(text: string): Pattern {
    let pattern = this.#patterns.get(text);
    if (pattern === undefined) {
      if (this.#patterns.size >= maxCachedPatterns) {
        this.#patterns.clear();
      }
      pattern = compilePattern(text);
      this.#patterns.set(text, pattern);
    }
    return pattern;
  }
}

function assertion(model: Model, section: string): Assertion {
  const found = model.model.get(section)?.get(section);
  if (found === undefined) {
    throw authzErrors.ModelInvalid(`the model has no ${section}`);
  }
  return found;
}
